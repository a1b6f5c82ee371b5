"""Waiting for something that another thread or process does soon."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE_S = 60.0  # a busy machine takes its time; a test that passes waits for milliseconds
T = TypeVar("T")


def until(found: Callable[[], T], *, patience_s: float = PATIENCE_S) -> T:
    """What `found` gives once it is true or not empty; fails when that takes too long."""
    ends_s = time.monotonic() + patience_s
    while not (value := found()):
        assert time.monotonic() < ends_s, f"nothing was found in {patience_s:g} s"
        time.sleep(0.005)
    return value


def returns(call: Callable[[], object], *, patience_s: float = PATIENCE_S) -> None:
    """Call it on a thread of its own; fails when it does not return, or raises."""
    returned = threading.Event()

    def run() -> None:
        call()
        returned.set()

    threading.Thread(target=run, daemon=True).start()
    assert returned.wait(patience_s), f"it did not return within {patience_s:g} s, or raised an exception"
