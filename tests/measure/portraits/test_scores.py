"""Figures of pictures whose faces are known."""

from __future__ import annotations

import numpy as np
import pytest

from measure.errors import MeasureError
from measure.judges.emotion_names import EMOTION_NAMES
from measure.portraits.poses import indices_of, shown_poses
from measure.portraits.scores import portrait_scores
from vision.landmarker import FaceObservation

POSES = shown_poses()
FRAMES = [np.full((4, 4, 3), number, np.uint8) for number in range(len(POSES))]
PORTRAIT = np.full((4, 4, 3), 255, np.uint8)


class Landmarker:
    """Answers half of each swept shape; finds no face in the picture of yaw 35."""

    def detect(self, picture: np.ndarray, time_ms: int) -> list[FaceObservation]:
        number = int(picture[0, 0, 0])
        blendshapes = np.zeros(52, np.float32)
        if number < len(POSES):
            pose = POSES[number]
            if (pose.kind, pose.word) == ("yaw", "35"):
                return []
            if pose.kind == "sweep":
                blendshapes[indices_of(pose.word)] = 0.5 * pose.amount
        return [FaceObservation(np.zeros((478, 3), np.float32), blendshapes, np.eye(4, dtype=np.float32))]


class Judges:
    """A person who is farther from the portrait the more the head turns; every emotion looks happy."""

    def embedding(self, picture: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
        number = int(picture[0, 0, 0])
        turned = abs(float(POSES[number].word)) if number < len(POSES) else 0.0
        return np.array([turned / 100, 0.0], np.float32)

    def emotion(self, picture: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
        answer = np.full(len(EMOTION_NAMES), 0.05, np.float32)
        answer[EMOTION_NAMES.index("happy")] = 0.7
        return answer


def test_identity_emotion_and_slopes_are_read_off_the_right_pictures() -> None:
    row = portrait_scores("head", FRAMES, POSES, PORTRAIT, Landmarker(), Judges())  # type: ignore[arg-type]
    assert row.apart["-35"] == pytest.approx(0.35)
    assert row.apart["0"] == 0.0
    assert "35" not in row.apart
    assert row.emotions == pytest.approx(1 / 6)  # of the six that the judge knows
    assert row.emotion_probability == pytest.approx((0.7 + 5 * 0.05) / 6)
    assert all(slope == pytest.approx(0.5) for slope in row.slopes.values())
    assert row.found == pytest.approx(1 - 1 / len(POSES))


def test_without_judges_only_slopes_are_measured() -> None:
    row = portrait_scores("head", FRAMES, POSES, PORTRAIT, Landmarker(), None)  # type: ignore[arg-type]
    assert row.apart == {}
    assert np.isnan(row.emotions)
    assert row.slopes["jawOpen"] == pytest.approx(0.5)


def test_a_portrait_without_a_face_is_refused() -> None:
    class Blind:
        def detect(self, picture: np.ndarray, time_ms: int) -> list[FaceObservation]:
            return []

    with pytest.raises(MeasureError, match="no face"):
        portrait_scores("head", FRAMES, POSES, PORTRAIT, Blind(), None)  # type: ignore[arg-type]
