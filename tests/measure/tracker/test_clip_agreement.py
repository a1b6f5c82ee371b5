"""Agreement of channels that are made to agree, and of a real clip's pictures with a network that the test chooses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("mediapipe")

from bridge.trackers.tracker_network import (
    FaceReading,
    installed_tracker,
    load_tracker_model,
    open_tracker_network,
)
from measure.errors import MeasureError
from measure.tracker.clip_agreement import ClipReading, agreement, peaks, read_clip
from protocol.blendshapes import INDEX
from vision.face_crops import ANCHORS, PLACES, FaceFrame
from vision.tracker_outputs import READ_SHAPES, REST


def reading(count: int = 60) -> ClipReading:
    random = np.random.default_rng(0)
    expression = random.uniform(0, 1, (count, 52))
    pose = random.normal(0, 0.3, (count, 3))
    return ClipReading(
        times_s=np.arange(count) / 10,
        mediapipe=expression,
        network=0.5 * expression + 0.1,
        mediapipe_pose=pose,
        network_pose=-pose,
        network_gaze=random.normal(0, 0.2, (count, 2)),
        landmarks=random.uniform(0, 100, (count, 478, 2)),
        number=np.arange(count),
        pictures=count,
        lost=0,
        mediapipe_ms=10.0,
        network_ms=4.0,
    )


def test_half_the_amplitude_agrees_and_the_opposite_sign_does_not() -> None:
    rows = {row.name: row for row in agreement(reading())}
    assert rows["smiles"].r == pytest.approx(1.0)
    assert rows["smiles"].network == pytest.approx(0.5 * rows["smiles"].mediapipe)
    assert rows["yaw"].r == pytest.approx(-1.0)


def test_the_gaze_is_compared_with_the_eyes_looks() -> None:
    one = reading()
    yaw = np.linspace(-0.5, 0.5, 60)
    for name in ("OutLeft", "InRight"):
        one.mediapipe[:, INDEX[f"eyeLook{name}"]] = yaw.clip(0)
    for name in ("InLeft", "OutRight"):
        one.mediapipe[:, INDEX[f"eyeLook{name}"]] = (-yaw).clip(0)
    one.network_gaze[:, 0] = 0.6 * yaw
    assert {row.name: row.r for row in agreement(one)}["gaze yaw"] == pytest.approx(1.0)


def test_what_does_not_move_is_not_compared() -> None:
    still = reading()
    still.mediapipe[:, INDEX["jawOpen"]] = 0.02
    assert np.isnan({row.name: row.r for row in agreement(still)}["jawOpen"])


def test_the_strongest_pictures_lie_apart() -> None:
    one = reading()
    tongue = np.zeros(60)
    tongue[[10, 11, 12, 40]] = 0.8, 0.9, 0.7, 0.6
    one.network[:, INDEX["tongueOut"]] = tongue
    peak = next(peak for peak in peaks(one) if peak.name == "tongueOut")
    assert peak.times_s[:2] == [1.1, 4.0]
    assert peak.values[:2] == [0.9, 0.6]
    assert all(other.times_s for other in peaks(replace(one)))


class Network:
    """Sees a straight face in every frame that it is asked for."""

    def __init__(self, seen: float = 1.0) -> None:
        self.seen = seen
        self.rest = np.zeros(REST, np.float32)

    def read(self, picture: np.ndarray, frame: FaceFrame) -> FaceReading:
        points = frame.to_picture(np.random.default_rng(0).uniform(-6, 6, (478, 2)))
        points[list(ANCHORS)] = frame.to_picture(PLACES)
        return FaceReading(
            expression=np.full(len(READ_SHAPES), 0.25),
            gaze=np.zeros((2, 2)),
            turn=np.eye(3),
            unit=frame.unit,
            landmarks=points,
            seen=np.full(4, self.seen),
            code=np.zeros(64),
        )


def test_both_read_the_pictures_of_a_real_clip(shared: Path) -> None:
    landmarker = shared / "models" / "face_landmarker.task"
    clip = shared / "media" / "driving" / "d3.mp4"
    read: list[int] = []
    network: Any = Network()
    found = read_clip(clip, network, landmarker, most=14, progress=read.append)
    assert read == list(range(1, 15))
    assert found.pictures == 14
    assert len(found.times_s) + found.lost <= 14
    assert (np.diff(found.times_s) > 0).all()
    assert (np.diff(found.number) > 0).all()
    width = np.linalg.norm(found.landmarks[:, 33] - found.landmarks[:, 263], axis=1)
    assert 20 < width.mean() < 400
    assert (found.network[:, INDEX["jawOpen"]] == 0.25).all()
    assert np.abs(found.network_pose).max() < 1.0
    blind: Any = Network(seen=0.0)
    with pytest.raises(MeasureError, match=r"0 of 14 pictures show a face to both trackers"):
        read_clip(clip, blind, landmarker, most=14)


def test_the_network_that_comes_with_omote_agrees_with_mediapipe_on_a_real_face(shared: Path) -> None:
    """It was trained on drawn people only: a woman who smiles, speaks and looks around, whom it never saw."""
    pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")
    network = open_tracker_network(load_tracker_model(installed_tracker()), ("cpu",))
    clip = shared / "media" / "driving" / "d0.mp4"
    found = read_clip(clip, network, shared / "models" / "face_landmarker.task", most=60)
    rows = {row.name: row.r for row in agreement(found)}
    assert found.lost == 0
    assert rows["smiles"] > 0.8
    assert rows["upper lip"] > 0.6
    assert rows["gaze yaw"] > 0.7
