from __future__ import annotations

import random
from itertools import pairwise

import pytest

from bridge.sending.sender_clock import JUMP_NS, WINDOW_NS, SenderClock

MS = 1_000_000
S = 1_000 * MS
NOW = 1_700_000_000 * S
BOOTED = NOW - 5_000 * S  # a sender that counts from when it was switched on


def test_without_timestamps_capture_is_the_arrival() -> None:
    assert SenderClock().ours(0, NOW) == NOW


def test_late_datagrams_are_dated_back_to_their_capture() -> None:
    clock = SenderClock()
    delays = random.Random(4)
    for frame in range(600):
        measured = NOW + frame * 16 * MS
        delay = 2 * MS if frame == 0 else delays.randrange(2 * MS, 90 * MS)
        # up to the two milliseconds that the fastest way takes
        assert clock.ours(measured - BOOTED, measured + delay) == measured + 2 * MS


def test_capture_is_never_after_arrival() -> None:
    clock = SenderClock()
    for delay in (50, 40, 3, 60, 1):
        measured = NOW + delay * 100 * MS
        assert clock.ours(measured - BOOTED, measured + delay * MS) <= measured + delay * MS


@pytest.mark.parametrize("jump", [-3600 * S, -2 * S, 2 * S, 3600 * S])
@pytest.mark.parametrize("whose", ["theirs", "ours"])
def test_jump_of_either_clock_is_corrected_by_the_next_datagram(jump: int, whose: str) -> None:
    clock = SenderClock()
    for frame in range(120):
        measured = NOW + frame * 16 * MS
        theirs = measured - BOOTED + (jump if whose == "theirs" and frame >= 60 else 0)
        ours = measured + 5 * MS + (jump if whose == "ours" and frame >= 60 else 0)
        assert clock.ours(theirs, ours) == ours


def test_small_jump_back_is_corrected_after_two_windows() -> None:
    clock = SenderClock()
    jump = JUMP_NS // 2
    for frame in range(2 * WINDOW_NS // (16 * MS) + 2):
        measured = NOW + frame * 16 * MS
        dated = clock.ours(measured - BOOTED - (jump if frame else 0), measured)
    assert dated == measured


def test_slow_clock_drifts_by_at_most_one_window() -> None:
    clock = SenderClock()
    for frame in range(3000):
        measured = NOW + frame * 16 * MS
        theirs = (measured - NOW) * 9999 // 10000 + 1  # 100 millionths slow
        assert 0 <= measured - clock.ours(theirs, measured) <= 2 * WINDOW_NS // 10000 + MS


def test_order_of_one_sender_is_kept_within_a_window() -> None:
    clock = SenderClock()
    clock.ours(1, NOW)
    dated = [clock.ours(1 + frame * 16 * MS, NOW + frame * 16 * MS + (frame % 7) * MS) for frame in range(99)]
    assert all(earlier < later for earlier, later in pairwise(dated))
