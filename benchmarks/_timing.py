"""Timing shared by the benchmarks: percentiles, timed calls, and the table of costs per datagram."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

FRAME_US = 1e6 / 60


def timed_s(work: Callable[[int], object], count: int) -> NDArray[np.float64]:
    """Seconds (count,) of each call of `work` with 0, 1, 2 ..."""
    times = np.empty(count)
    for i in range(count):
        start = time.perf_counter()
        work(i)
        times[i] = time.perf_counter() - start
    return times


def percentiles(values: Sequence[float] | NDArray[np.float64], *, digits: int = 3) -> dict[str, float]:
    """p50, p95 and p99 of values (N,), rounded."""
    return {f"p{q}": round(float(np.percentile(values, q)), digits) for q in (50, 95, 99)}


def measured_us(work: Callable[[], object]) -> dict[str, float]:
    """p50, p95 and p99 of 2000 calls in microseconds, after 200 calls for warming up."""
    return percentiles(timed_s(lambda i: work(), 2200)[200:] * 1e6, digits=1)


def print_costs(results: Mapping[str, Mapping[str, float]]) -> None:
    """A table of percentiles in microseconds, with the share of a core at 60 calls per second."""
    print(f"{'':<20}{'p50':>8}{'p95':>8}{'p99':>8}{'of a core at 60 fps':>22}")
    for name, result in results.items():
        share = result["p50"] / FRAME_US
        print(f"{name:<20}{result['p50']:>8}{result['p95']:>8}{result['p99']:>8}{share:>22.1%}")
