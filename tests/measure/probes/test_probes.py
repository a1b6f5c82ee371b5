"""What probes are shown and how they are judged; the networks themselves only where torch is installed."""

from __future__ import annotations

import numpy as np
import pytest

from face.camera import rotation
from measure.probes.probes import ProbeReadings, rotation_angle_deg
from measure.probes.samples import probe_labels
from protocol.channels import EMOTIONS
from studio.factors import CameraView, Factors, Pose


def perfect(factors: Factors, identity: int = 0) -> ProbeReadings:
    pose, emotion, intensity = probe_labels(factors)
    return ProbeReadings(
        pose=pose,
        expression=factors.expression(),
        gaze=np.array(factors.gaze, np.float32),
        emotion=9.0 * np.eye(len(EMOTIONS) + 1, dtype=np.float32)[emotion],
        intensity=np.float32(intensity),
        identity=np.eye(4, dtype=np.float32)[identity],
    )


ANGRY = Factors(
    pose=Pose(yaw=0.3, roll=0.1),
    view=CameraView(azimuth=0.2),
    emotion=0.7 * np.eye(8, dtype=np.float32)[EMOTIONS.index("angry")],
    gaze=(0.1, -0.1),
)
GALLERY = ProbeReadings(*(np.zeros((4, 1), np.float32) for _ in range(5)), np.eye(4, dtype=np.float32))


def test_what_sees_the_truth_has_no_error() -> None:
    score = perfect(ANGRY, identity=2).score(ANGRY, GALLERY, 2)
    assert score.pose_deg == pytest.approx(0, abs=0.05)
    assert (score.expression, score.gaze_deg) == pytest.approx((0, 0), abs=1e-5)
    assert (score.emotion, score.identity, score.retrieved) == (1, 1, 1)
    assert score.intensity == pytest.approx(0, abs=1e-6)


def test_what_sees_somebody_else_in_another_mood_is_told_so() -> None:
    happy = Factors(emotion=np.eye(8, dtype=np.float32)[0])
    score = perfect(happy, identity=1).score(ANGRY, GALLERY, 2)
    assert (score.emotion, score.identity, score.retrieved) == (0, 0, 0)
    assert score.intensity == pytest.approx(0.3, abs=1e-6)
    assert score.pose_deg > 5


def test_a_face_without_an_emotion_says_nothing_about_emotions() -> None:
    score = perfect(Factors()).score(Factors(), GALLERY, 0)
    assert np.isnan(score.emotion)
    assert np.isnan(score.intensity)


def test_the_turn_between_two_poses_is_that_of_scipy() -> None:
    transform = pytest.importorskip("scipy.spatial.transform")
    one, other = np.array([0.5, -0.2, 0.1], np.float32), np.array([-0.3, 0.4, -0.2], np.float32)
    between = transform.Rotation.from_matrix(rotation(*one).T @ rotation(*other))
    assert rotation_angle_deg(one, other) == pytest.approx(np.degrees(between.magnitude()), abs=1e-2)
