"""Figures of frames whose error is known."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from face.head_model import load_head_model
from face.landmarks import load_landmarks
from face.motion import Motion
from measure.real.clip_truth import ClipTruth
from measure.real.scores import clip_scores
from protocol.blendshapes import INDEX
from vision.landmarker import FaceObservation

SIZE = 128
COUNT = 5


def face_points() -> np.ndarray:
    """(478, 3) the model's landmarks from the front, pixels."""
    points = load_landmarks().of(load_head_model().vertices)[:, :2] * (1, -1)
    return np.concatenate([points * 4.0 + (64.0, 70.0), np.zeros((478, 1))], 1).astype(np.float32)


POINTS = face_points()
JAWS = np.linspace(0.0, 0.8, COUNT)


def observation(points: np.ndarray, jaw: float) -> FaceObservation:
    blendshapes = np.zeros(52, np.float32)
    blendshapes[INDEX["jawOpen"]] = jaw
    return FaceObservation(points, blendshapes, np.eye(4, dtype=np.float32))


class Landmarker:
    """Knows the face of every frame that it is shown in turn."""

    def __init__(self, found: list[FaceObservation | None]) -> None:
        self._found = iter(found)

    def detect(self, picture: np.ndarray, time_ms: int) -> list[FaceObservation]:
        one = next(self._found)
        return [] if one is None else [one]


@pytest.fixture
def truth() -> ClipTruth:
    random = np.random.default_rng(3)
    noise = random.integers(0, 255, (COUNT, SIZE, SIZE, 3), dtype=np.uint8)
    pictures = np.stack([cv2.GaussianBlur(one, (0, 0), 2.0) for one in noise])
    return ClipTruth(
        portrait=np.zeros((512, 512, 3), np.uint8),
        pictures=pictures,
        motions=tuple(Motion.neutral() for _ in JAWS),
        rest=Motion.neutral(),
        found=tuple(observation(POINTS, jaw) for jaw in JAWS),
        fps=25.0,
    )


def test_the_truth_itself_is_perfect(truth: ClipTruth) -> None:
    row = clip_scores("copy", list(truth.pictures), truth, Landmarker(list(truth.found)))  # type: ignore[arg-type]
    assert (row.found, row.face_db, row.place_px, row.yaw_deg) == (1.0, 60.0, 0.0, 0.0)
    assert row.ssim == pytest.approx(1.0, abs=1e-6)
    assert row.sharp == pytest.approx(1.0)
    assert row.coefficient == 0.0
    assert row.slope == pytest.approx(1.0)


def test_a_shifted_face_is_judged_by_its_looks_and_its_place_apart(truth: ClipTruth) -> None:
    frames = [np.roll(one, (0, 6), (0, 1)) for one in truth.pictures]
    found = [replace(one, landmarks=one.landmarks + np.array([6, 0, 0], np.float32)) for one in truth.found]
    row = clip_scores("copy", frames, truth, Landmarker(found))  # type: ignore[arg-type]
    assert row.place_px == pytest.approx(12.0, abs=0.05)  # pixels of 256
    assert row.face_db > 45


def test_blur_and_weak_expressions_are_seen(truth: ClipTruth) -> None:
    frames = [cv2.GaussianBlur(one, (0, 0), 3.0) for one in truth.pictures]
    found = [observation(POINTS, 0.5 * jaw) for jaw in JAWS]
    row = clip_scores("copy", frames, truth, Landmarker(found))  # type: ignore[arg-type]
    assert row.sharp < 0.5
    assert row.slope == pytest.approx(0.5, abs=1e-5)
    assert row.coefficient == pytest.approx(0.5 * JAWS.mean() / 12, abs=1e-6)


def test_frames_without_a_face_count_as_not_found(truth: ClipTruth) -> None:
    found: list[FaceObservation | None] = [None, *truth.found[1:]]
    row = clip_scores("copy", list(truth.pictures), truth, Landmarker(found))  # type: ignore[arg-type]
    assert row.found == 0.8
    nothing = clip_scores("copy", list(truth.pictures), truth, Landmarker([None] * COUNT))  # type: ignore[arg-type]
    assert nothing.found == 0.0
    assert np.isnan(nothing.face_db)


class MeanColour:
    """A judge to whom a face is its picture's mean colour."""

    def embedding(self, picture: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
        assert landmarks.shape == (478, 3)
        return np.resize(picture.mean((0, 1)), 128).astype(np.float32)


def test_a_judge_compares_each_frame_with_its_own_truth(truth: ClipTruth) -> None:
    frames = [
        np.clip(one.astype(int) + 2 * k, 0, 255).astype(np.uint8) for k, one in enumerate(truth.pictures)
    ]
    row = clip_scores("copy", frames, truth, Landmarker(list(truth.found)), MeanColour())  # type: ignore[arg-type]
    assert row.apart == pytest.approx(np.sqrt(128) * 2 * np.mean(range(COUNT)), rel=0.01)
    unjudged = clip_scores("copy", frames, truth, Landmarker(list(truth.found)))  # type: ignore[arg-type]
    assert np.isnan(unjudged.apart)
