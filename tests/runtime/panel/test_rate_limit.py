from __future__ import annotations

from runtime.panel.rate_limit import BURST, BYTES, RATE, RateLimit


def test_a_hand_on_two_things_is_never_held_up() -> None:
    rate_limit = RateLimit()
    assert all(rate_limit.wait_s(300, number / 250) == 0.0 for number in range(2500))


def test_who_goes_on_is_slowed_to_the_rate() -> None:
    rate_limit, now_s, count = RateLimit(), 0.0, 20_000
    for _ in range(count):
        now_s += rate_limit.wait_s(10, now_s)
    assert now_s == (count - BURST) / RATE or abs(now_s - (count - BURST) / RATE) < 1e-6


def test_large_messages_count_by_their_size() -> None:
    small, large = RateLimit(), RateLimit()
    for _ in range(int(BURST)):
        assert small.wait_s(10, 0.0) == 0.0
    waited = [large.wait_s(60 * BYTES, 0.0) for _ in range(20)]
    assert waited[0] == 0.0
    assert waited[-1] > 0.5


def test_a_clock_that_goes_back_gives_nothing() -> None:
    rate_limit = RateLimit()
    for _ in range(int(BURST)):
        rate_limit.wait_s(10, 100.0)
    assert rate_limit.wait_s(10, 0.0) > 0.0
