"""The cross-fade against its own formula."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.control.fade import ChannelFade


def shown_at(fade: ChannelFade, target: list[float], now_s: float) -> list[float]:
    values = np.array(target, np.float32)
    fade.apply(values, now_s)
    return values.tolist()


def test_a_fade_begins_at_what_is_shown_and_ends_at_the_target() -> None:
    fade = ChannelFade(2)
    where = np.array([True, False])
    fade.begin(where, np.array([1.0, 5.0], np.float32), np.array([0.0, 0.0], np.float32), 10.0)
    assert shown_at(fade, [0.0, 0.0], 10.0) == [1.0, 0.0]
    assert shown_at(fade, [0.0, 0.0], 10.15) == pytest.approx([0.5, 0.0])
    assert shown_at(fade, [0.25, 0.0], 10.30) == [0.25, 0.0]


@pytest.mark.parametrize("share", [0.1, 0.35, 0.8])
def test_the_curve_is_smooth_step(share: float) -> None:
    fade = ChannelFade(1, duration_s=2.0)
    fade.begin(np.array([True]), np.array([3.0], np.float32), np.array([1.0], np.float32), 0.0)
    expected = 1.0 + 2.0 * (1.0 - (3 * share**2 - 2 * share**3))
    assert shown_at(fade, [1.0], 2.0 * share) == pytest.approx([expected], rel=1e-6)


def test_channels_fade_at_their_own_times() -> None:
    fade = ChannelFade(2)
    one, zero = np.ones(2, np.float32), np.zeros(2, np.float32)
    fade.begin(np.array([True, False]), one, zero, 0.0)
    fade.begin(np.array([False, True]), one, zero, 0.15)
    assert shown_at(fade, [0.0, 0.0], 0.15) == pytest.approx([0.5, 1.0])
    assert shown_at(fade, [0.0, 0.0], 0.30) == pytest.approx([0.0, 0.5])
