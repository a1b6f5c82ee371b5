from __future__ import annotations

import numpy as np

from protocol.blendshapes import INDEX
from studio.motion.acted import ActedMotion, MotionFrame

BLINK = INDEX["eyeBlinkLeft"]


def flat(frame: MotionFrame) -> np.ndarray:
    pose = frame.pose
    head = [pose.yaw, pose.pitch, pose.roll, pose.x, pose.y, pose.z, pose.scale]
    return np.concatenate([head, frame.articulation, frame.emotion, frame.gaze])


def test_a_frame_depends_on_seed_and_time_only() -> None:
    forwards, asked = ActedMotion(5), ActedMotion(5)
    times = np.linspace(0, 12, 40)
    inwards = [flat(forwards.at(t)) for t in times]
    backwards = [flat(asked.at(t)) for t in times[::-1]][::-1]
    np.testing.assert_array_equal(inwards, backwards)
    assert np.abs(flat(ActedMotion(6).at(3.0)) - flat(forwards.at(3.0))).max() > 0.01


def test_everything_stays_in_range() -> None:
    for seed in range(8):
        motion = ActedMotion(seed)
        rows = np.array([flat(motion.at(t)) for t in np.arange(0, 20, 0.1)])
        assert np.isfinite(rows).all()
        assert 0.0 <= rows[:, 7:67].min() <= rows[:, 7:67].max() <= 1.0
        assert np.abs(rows[:, 0]).max() < 0.76
        assert np.abs(rows[:, 67]).max() < 0.56
        assert np.abs(rows[:, 68]).max() < 0.41


def test_sequences_are_smooth() -> None:
    """At twice the frame rate the steps are half as large: no value jumps."""
    for seed in range(4):
        motion = ActedMotion(seed)
        fine = np.array([flat(motion.at(k / 960)) for k in range(4 * 960)])
        steps = np.abs(np.diff(fine, axis=0)).max(0), np.abs(np.diff(fine[::2], axis=0)).max(0)
        moving = steps[1] > 1e-3
        assert (steps[0][moving] < 0.65 * steps[1][moving]).all()
        # and at a video's rate a head and a mouth do not leap either
        film = np.abs(np.diff(fine[::38], axis=0)).max(0)
        assert film[:3].max() < 0.06
        assert np.delete(film[7:59], [BLINK, INDEX["eyeBlinkRight"]]).max() < 0.35
