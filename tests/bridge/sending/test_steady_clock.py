"""The system's two clocks are replaced, so that the test can set one of them."""

from __future__ import annotations

import pytest

from bridge.sending import steady_clock
from bridge.sending.steady_clock import SteadyClock

S = 1_000_000_000
NOW_NS = 1_700_000_000 * S


class SystemClocks:
    """Stands for the module `time`: a Unix clock that can be set, and a monotonic one."""

    def __init__(self) -> None:
        self.unix_ns = NOW_NS
        self.up_ns = 77 * S

    def time_ns(self) -> int:
        return self.unix_ns

    def monotonic_ns(self) -> int:
        return self.up_ns

    def pass_time(self, ns: int) -> None:
        self.unix_ns += ns
        self.up_ns += ns


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> SystemClocks:
    clocks = SystemClocks()
    monkeypatch.setattr(steady_clock, "time", clocks)
    return clocks


def test_it_starts_at_unix_time_and_follows_the_monotonic_clock(system: SystemClocks) -> None:
    clock = SteadyClock()
    assert clock.now_ns() == NOW_NS
    system.pass_time(3 * S)
    assert clock.now_ns() == NOW_NS + 3 * S


@pytest.mark.parametrize("jump_ns", [-3600 * S, 3600 * S])
def test_setting_the_systems_clock_changes_only_unix_time_and_only_after_follow(
    system: SystemClocks, jump_ns: int
) -> None:
    clock = SteadyClock()
    system.unix_ns += jump_ns
    system.pass_time(S)
    now_ns = clock.now_ns()
    assert now_ns == NOW_NS + S
    assert clock.unix_ns(now_ns) == NOW_NS + S
    clock.follow()
    assert clock.now_ns() == NOW_NS + S
    assert clock.unix_ns(now_ns) == NOW_NS + S + jump_ns == system.unix_ns
