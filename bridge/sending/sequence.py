"""Sequence numbers of messages.

SourceMessages(profile, source="livelink:Anna", first_sequence=first_sequence())
"""

from __future__ import annotations

import time


def first_sequence(unix_ns: int | None = None) -> int:
    """The first sequence number of a driver that starts now: Unix time in milliseconds.

    The runtime drops a message whose number is not above the newest one of its source. No driver sends a
    thousand messages of a layer per second, so a restarted driver begins above every number of its last run.

    Args:
        unix_ns: Unix time in nanoseconds; None reads the system's clock.
    """
    return (time.time_ns() if unix_ns is None else unix_ns) // 1_000_000
