from __future__ import annotations

import pytest

from runtime.intake.token_bucket import TokenBucket


def test_a_burst_is_free_and_then_the_rate_holds() -> None:
    bucket = TokenBucket(rate=10, burst=5)
    bucket.take(5, 1.0)
    assert bucket.wait_s(1.0) == 0.0
    bucket.take(20, 1.0)
    assert bucket.wait_s(1.0) == pytest.approx(2.0)
    assert bucket.wait_s(2.0) == pytest.approx(1.0)
    assert bucket.wait_s(3.0) == 0.0


def test_it_never_holds_more_than_a_burst() -> None:
    bucket = TokenBucket(rate=10, burst=5)
    bucket.take(0, 1000.0)
    bucket.take(15, 1000.0)
    assert bucket.wait_s(1000.0) == pytest.approx(1.0)


def test_a_clock_that_goes_back_gives_nothing() -> None:
    bucket = TokenBucket(rate=10, burst=5)
    bucket.take(15, 10.0)
    assert bucket.wait_s(5.0) == pytest.approx(1.0)
