from __future__ import annotations

import numpy as np

from face.emotion_shapes import expression_of
from protocol.blendshapes import BLENDSHAPES
from studio.motion.acted import ActedMotion
from studio.motion.interaction import combine_expression
from training.emotion.movers import RATE_HZ, tracked_take

LOOKS = [name.startswith("eyeLook") for name in BLENDSHAPES]


def test_a_plain_mover_is_the_studios_motion_before_a_perfect_tracker() -> None:
    take = tracked_take(5, 2.0, is_plain=True)
    for number in (0, 17, 59):
        mood = np.zeros(52, np.float32)
        expression_of(take.intensities[number], mood)
        np.testing.assert_allclose(take.felt[number], np.clip(mood, 0.0, 1.0), atol=1e-6)
        known = combine_expression(take.spoken[number], take.felt[number])
        np.testing.assert_allclose(take.seen[number], known, atol=1e-6)
    # it is some stretch of this speaker
    acted = ActedMotion(5)
    jaws = np.array([acted.at(k / (4 * RATE_HZ)).articulation[17] for k in range(24 * 4 * RATE_HZ)])
    assert np.abs(jaws[:, None] - take.spoken[:, 17]).min(0).max() < 0.02


def test_takes_are_repeatable_and_movers_differ() -> None:
    one, again, other = tracked_take(1, 1.0), tracked_take(1, 1.0), tracked_take(2, 1.0)
    assert one.seen.tobytes() == again.seen.tobytes()
    assert one.seen.tobytes() != other.seen.tobytes()
    assert one.seen.shape == (RATE_HZ, 52)


def test_values_stay_in_range_and_missing_channels_stay_silent() -> None:
    lacking = 0
    for seed in range(12):
        take = tracked_take(seed, 1.0)
        for array in (take.seen, take.spoken, take.felt, take.intensities):
            assert 0.0 <= array.min() <= array.max() <= 1.0
        silent = take.gains == 0.0
        lacking += bool(silent.any())
        assert not take.seen[:, silent].any()
        assert not take.spoken[:, silent].any()
    assert 0 < lacking < 12


def test_without_emotion_only_the_trackers_faults_are_seen() -> None:
    """Where nothing is felt, what is seen differs from what was spoken by noise, crosstalk, smoothing and rest alone."""
    away = []
    for seed in range(8):
        take = tracked_take(seed, 6.0)
        calm = take.intensities.max(1) < 1e-3
        away.append(np.abs(take.seen - take.spoken)[calm].ravel())
    assert 0.0005 < float(np.concatenate(away).mean()) < 0.04
