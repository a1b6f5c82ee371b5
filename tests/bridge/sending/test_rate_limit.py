from __future__ import annotations

from itertools import pairwise

from bridge.sending.rate_limit import RateLimit

S = 1_000_000_000


def test_burst_is_allowed_at_once_and_no_more() -> None:
    limit = RateLimit(burst=3, interval_ns=S)
    assert [limit.allows(5) for _ in range(5)] == [True, True, True, False, False]


def test_one_more_is_allowed_per_interval() -> None:
    limit = RateLimit(burst=2, interval_ns=S)
    allowed = [now_ns for now_ns in range(0, 10 * S, S // 4) if limit.allows(now_ns)]
    assert len(allowed) == 2 + 9
    assert all(later - earlier == S for earlier, later in pairwise(allowed[2:]))


def test_a_long_pause_allows_one_burst_only() -> None:
    limit = RateLimit(burst=2, interval_ns=S)
    for now_ns in (0, 0, 0, 1000 * S):
        limit.allows(now_ns)
    assert [limit.allows(1000 * S) for _ in range(3)] == [True, False, False]
