from __future__ import annotations

import numpy as np
import pytest

from face.lips_kept import SLOW_S, WIDEST, LipsKept
from protocol.blendshapes import INDEX

PUCKER, JAW, SMILE, CLOSE = (
    INDEX[name] for name in ("mouthPucker", "jawOpen", "mouthSmileLeft", "mouthClose")
)


def played(tracked: np.ndarray, made: np.ndarray, dt_s: float = 0.01) -> np.ndarray:
    kept, out = LipsKept(), made.copy()
    for before, frame in zip(tracked, out, strict=True):
        kept(before, frame, dt_s)
    return out


def takes(shape: int, tracked: np.ndarray, made: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    one, other = np.zeros((2, len(tracked), 52), np.float32)
    one[:, shape], other[:, shape] = tracked, made
    return one, other


def test_what_is_taken_for_long_is_gone_and_quick_motion_passes() -> None:
    times = np.arange(300) * 0.01
    quick = (times > 2.0) & (times < 2.05)  # a sound of 50 ms
    tracked, made = takes(PUCKER, 0.3 + 0.4 * quick, np.zeros(300))
    out = played(tracked, made)[:, PUCKER]
    assert out[100] == pytest.approx(0.0, abs=0.01)
    assert out[202] > 0.3
    assert out[-1] == pytest.approx(0.0, abs=0.02)


def test_the_mean_has_its_time_constant() -> None:
    tracked, made = takes(PUCKER, np.full(100, 0.5), np.r_[np.full(50, 0.5), np.zeros(50)])
    out = played(tracked, made)[:, PUCKER]
    assert out[49 + round(SLOW_S / 0.01)] == pytest.approx(0.5 * np.exp(-1.0), abs=0.01)


def test_the_first_frame_is_as_made() -> None:
    tracked, made = takes(PUCKER, np.full(1, 0.5), np.full(1, 0.2))
    assert played(tracked, made)[0, PUCKER] == pytest.approx(0.2)


def test_what_is_given_comes_at_once_and_other_shapes_stay() -> None:
    tracked, made = takes(CLOSE, np.zeros(20), np.r_[np.zeros(10), np.full(10, 0.4)])
    made[:, SMILE] = 0.1
    tracked[:, SMILE] = 0.9
    out = played(tracked, made)
    np.testing.assert_allclose(out, made, atol=1e-6)


def test_a_gaping_mouth_stays_wide_and_a_narrow_one_may_shut() -> None:
    for jaw, least in ((0.9, 0.8), (0.3, 0.0)):
        tracked, made = takes(JAW, np.full(200, jaw), np.zeros(200))
        assert least <= played(tracked, made)[-1, JAW] <= max(least, 0.02) + 0.05
    assert 0.3 < WIDEST < 0.5


def test_a_value_that_is_no_number_is_not_remembered() -> None:
    kept = LipsKept()
    tracked = np.full(52, 0.3, np.float32)
    broken = tracked.copy()
    broken[INDEX["mouthPucker"]] = np.nan
    for one in (tracked, broken, tracked):
        made = np.full(52, 0.1, np.float32)
        kept(one, made, 0.03)
    assert np.isfinite(made).all()
