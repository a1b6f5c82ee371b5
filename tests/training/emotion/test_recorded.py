from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from protocol.blendshapes import BLENDSHAPES, INDEX
from training.emotion.combining import combine_expressions
from training.emotion.real_takes import Performance
from training.emotion.recorded import with_recorded
from training.emotion.takes import Takes, load_takes

JAW, BLINK = INDEX["jawOpen"], INDEX["eyeBlinkLeft"]


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> Takes:
    return load_takes(tmp_path_factory.mktemp("takes") / "takes.npz", range(12), seconds=3.0)


def piece(level: float) -> Performance:
    """Two seconds in which every shape is held."""
    return Performance("held", "somebody", np.full((60, 52), level, np.float32))


def test_some_movers_speak_what_was_recorded_and_the_others_as_before(takes: Takes) -> None:
    made = with_recorded(takes, [piece(0.5)], 0)
    changed = np.abs(made.spoken - takes.spoken).max((1, 2)) > 1e-6
    assert 1 <= changed.sum() <= 8
    np.testing.assert_array_equal(made.spoken[~changed], takes.spoken[~changed])
    np.testing.assert_array_equal(made.seen[~changed], takes.seen[~changed])
    for mover in np.flatnonzero(changed):
        if takes.gains[mover, JAW] > 0:
            held = made.spoken[mover, :50, JAW]
            assert np.ptp(held) == pytest.approx(0.0, abs=1e-6)
            assert 0.3 < held[0] < 0.8
            # one piece fades into the next without a jump
            assert np.abs(np.diff(made.spoken[mover, :, JAW])).max() < 0.12
        np.testing.assert_array_equal(made.spoken[mover, :, BLINK], takes.spoken[mover, :, BLINK])


def test_the_tracker_sees_it_under_the_same_emotion_and_with_the_same_faults(takes: Takes) -> None:
    made = with_recorded(takes, [piece(0.3), piece(0.4)], 1)
    changed = np.flatnonzero(np.abs(made.spoken - takes.spoken).max((1, 2)) > 1e-6)
    assert len(changed)
    for mover in changed:
        felt = np.clip(takes.felt[mover] * takes.gains[mover], 0.0, 1.0).astype(np.float32)
        faults = takes.seen[mover] - combine_expressions(takes.spoken[mover], felt)
        expected = np.clip(combine_expressions(made.spoken[mover], felt) + faults, 0.0, 1.0)
        np.testing.assert_allclose(made.seen[mover], expected, atol=1e-6)
    assert (made.spoken[:, :, [BLENDSHAPES.index("tongueOut")]] <= 1.0).all()


def test_without_recordings_nothing_changes(takes: Takes, tmp_path: Path) -> None:
    assert with_recorded(takes, [], 0) is takes
