"""How long a client may wait: a number of seconds that a user has given, checked before anything waits."""

from __future__ import annotations

from math import isfinite
from numbers import Real
from typing import Final

from omote.client.errors import ValueRefusedError

MOST_S: Final = 86_400.0  # a day; ZeroMQ counts milliseconds in 32 bits on Windows


def check_patience(timeout_s: float, *, none_means: str = "") -> None:
    """Check a time to wait.

    Args:
        timeout_s: seconds.
        none_means: what None would mean where it is allowed, for the message.

    Raises:
        ValueRefusedError: it is no number from 0 to a day.
    """
    if isinstance(timeout_s, Real) and isfinite(timeout_s) and 0.0 <= timeout_s <= MOST_S:
        return
    advice = f"; None {none_means}" if none_means else ""
    raise ValueRefusedError(f"timeout_s: got {timeout_s!r}, expected 0 to {MOST_S:g} seconds{advice}")
