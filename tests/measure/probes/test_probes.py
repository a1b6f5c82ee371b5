"""What probes are shown and how they are judged; the networks themselves only where torch is installed."""

from __future__ import annotations

import numpy as np
import pytest

from face.camera import rotation
from measure.probes.probes import ProbeReadings, rotation_angle_deg
from studio.factors import Factors
from tests.probe_readings import ANGRY, perfect

GALLERY = ProbeReadings(*(np.zeros((4, 1), np.float32) for _ in range(5)), np.eye(4, dtype=np.float32))


def test_perfect_readings_have_no_error() -> None:
    score = perfect(ANGRY, identity=2).score(ANGRY, GALLERY, 2)
    assert score.pose_deg == pytest.approx(0, abs=0.05)
    assert (score.expression, score.gaze_deg) == pytest.approx((0, 0), abs=1e-5)
    assert (score.emotion, score.identity, score.retrieved) == (1, 1, 1)
    assert score.intensity == pytest.approx(0, abs=1e-6)


def test_another_person_with_another_emotion_scores_zero() -> None:
    happy = Factors(emotion=np.eye(8, dtype=np.float32)[0])
    score = perfect(happy, identity=1).score(ANGRY, GALLERY, 2)
    assert (score.emotion, score.identity, score.retrieved) == (0, 0, 0)
    assert score.intensity == pytest.approx(0.3, abs=1e-6)
    assert score.pose_deg > 5


def test_a_face_without_an_emotion_has_no_score_for_emotions() -> None:
    score = perfect(Factors()).score(Factors(), GALLERY, 0)
    assert np.isnan(score.emotion)
    assert np.isnan(score.intensity)


def test_the_angle_between_two_poses_equals_scipy_s() -> None:
    transform = pytest.importorskip("scipy.spatial.transform")
    one, other = np.array([0.5, -0.2, 0.1], np.float32), np.array([-0.3, 0.4, -0.2], np.float32)
    between = transform.Rotation.from_matrix(rotation(*one).T @ rotation(*other))
    assert rotation_angle_deg(one, other) == pytest.approx(np.degrees(between.magnitude()), abs=1e-2)
