"""Runs and readings of clips that the test makes up."""

from __future__ import annotations

import numpy as np

from measure.tracker.clip_agreement import ClipReading
from measure.tracker.clip_runs import NetworkRun


def run_of(expression: np.ndarray, *, fps: float = 10.0, seen: float = 1.0) -> NetworkRun:
    """A run that saw the face in every picture: pose and gaze move, coefficients (T, 52) as given."""
    count = len(expression)
    random = np.random.default_rng(5)
    return NetworkRun(
        times_s=np.arange(count) / fps,
        is_face=np.ones(count, bool),
        expression=expression.astype(np.float64),
        pose=random.normal(0, 0.2, (count, 3)),
        gaze=random.normal(0, 0.2, (count, 2)),
        seen=np.full((count, 4), seen),
    )


def reading_of(
    network: np.ndarray, mediapipe: np.ndarray, landmarks: np.ndarray, *, fps: float = 10.0
) -> ClipReading:
    """A reading with these coefficients (T, 52) and landmarks (T, 478, 2); heads and eyes that stay straight."""
    count = len(network)
    return ClipReading(
        times_s=np.arange(count) / fps,
        mediapipe=mediapipe.astype(np.float64),
        network=network.astype(np.float64),
        mediapipe_pose=np.zeros((count, 3)),
        network_pose=np.zeros((count, 3)),
        network_gaze=np.zeros((count, 2)),
        landmarks=landmarks.astype(np.float64),
        number=np.arange(count),
        pictures=count,
        lost=0,
        mediapipe_ms=10.0,
        network_ms=4.0,
    )


def still_face(count: int) -> np.ndarray:
    """Landmarks (count, 478, 2) of a face whose outer corners of the eyes are 100 pixels apart."""
    points = np.random.default_rng(1).uniform(0, 100, (478, 2))
    for number, place in {33: (0, 0), 133: (35, 0), 362: (65, 0), 263: (100, 0)}.items():
        points[number] = place
    return np.repeat(points[None], count, 0)
