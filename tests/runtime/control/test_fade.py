"""The cross-fade against its own formula."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.control.fade import FADE_S, LONGEST_STEP_S, ChannelFade

STEP_S = 0.01
FAST = np.full(2, 1e6, np.float32)


def shown_after(fade: ChannelFade, target: list[float], seconds: float) -> list[float]:
    """What is shown when so much time has gone on, in small steps."""
    for _ in range(round(seconds / STEP_S)):
        fade.advance(STEP_S)
    values = np.array(target, np.float32)
    fade.apply(values)
    return values.tolist()


def test_a_fade_begins_at_what_is_shown_and_ends_at_the_target() -> None:
    fade = ChannelFade(FAST)
    where = np.array([True, False])
    fade.begin(where, np.array([1.0, 5.0], np.float32), np.array([0.0, 0.0], np.float32))
    assert shown_after(fade, [0.0, 0.0], 0.0) == [1.0, 0.0]
    assert shown_after(fade, [0.0, 0.0], 0.15) == pytest.approx([0.5, 0.0])
    assert shown_after(fade, [0.25, 0.0], 0.16) == [0.25, 0.0]


@pytest.mark.parametrize("share", [0.1, 0.35, 0.8])
def test_the_curve_is_smooth_step(share: float) -> None:
    fade = ChannelFade(FAST[:1], duration_s=2.0)
    fade.begin(np.array([True]), np.array([3.0], np.float32), np.array([1.0], np.float32))
    expected = 1.0 + 2.0 * (1.0 - (3 * share**2 - 2 * share**3))
    assert shown_after(fade, [1.0], 2.0 * share) == pytest.approx([expected], rel=1e-6)


def test_channels_fade_at_their_own_times() -> None:
    fade = ChannelFade(FAST)
    one, zero = np.ones(2, np.float32), np.zeros(2, np.float32)
    fade.begin(np.array([True, False]), one, zero)
    shown_after(fade, [0.0, 0.0], 0.15)
    fade.begin(np.array([False, True]), one, zero)
    assert shown_after(fade, [0.0, 0.0], 0.0) == pytest.approx([0.5, 1.0])
    assert shown_after(fade, [0.0, 0.0], 0.15) == pytest.approx([0.0, 0.5], abs=1e-6)


@pytest.mark.parametrize("distance", [0.1, 1.0, 4.0])
def test_no_fade_is_faster_than_its_channel_may_move(distance: float) -> None:
    fade = ChannelFade(np.array([2.0], np.float32))
    fade.begin(np.array([True]), np.array([distance], np.float32), np.zeros(1, np.float32))
    shown = [shown_after(fade, [0.0], STEP_S)[0] for _ in range(400)]
    assert np.abs(np.diff([distance, *shown])).max() <= 2.0 * STEP_S + 1e-6
    lasts_s = STEP_S * (np.flatnonzero(np.array(shown) > 1e-6).max(initial=-1) + 2)
    assert lasts_s == pytest.approx(max(FADE_S, 1.5 * distance / 2.0), abs=2 * STEP_S)


def test_a_stall_moves_a_fade_on_by_one_frame_only() -> None:
    fade = ChannelFade(FAST[:1])
    fade.begin(np.array([True]), np.ones(1, np.float32), np.zeros(1, np.float32))
    fade.advance(5.0)
    values = np.zeros(1, np.float32)
    fade.apply(values)
    share = LONGEST_STEP_S / FADE_S
    assert values[0] == pytest.approx(1.0 - (3 * share**2 - 2 * share**3))
