"""Replay: sends a take's messages again, numbered and dated anew, with the spacing they arrived with.

send_due(schedule(reader, plan), send, wait=stop.wait)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from bridge.sending.sequence import first_sequence
from protocol.messages import ControlMessage
from protocol.take_schedule import DueMessage, paced


def send_due(
    messages: Iterable[DueMessage],
    send: Callable[[ControlMessage], None],
    *,
    wait: Callable[[float], bool],
    clock_s: Callable[[], float] = time.monotonic,
    unix_ns: Callable[[], int] = time.time_ns,
    progress: Callable[[float, int], None] = lambda place_s, sent: None,
) -> int:
    """Send each message of a schedule when it is due; return how many were sent.

    Sequence numbers start at the current Unix time in milliseconds, above those of any earlier replay. Capture
    times are now minus the recorded delay, 0 where that is unknown.

    Args:
        wait: sleeps for the given seconds; True = stop now (`threading.Event.wait`).
        clock_s: the clock that due times are counted on, seconds.
        unix_ns: Unix time, nanoseconds.
        progress: called with the position in the take, seconds, and the number of messages sent so far.
    """
    first = first_sequence(unix_ns())
    sent = 0

    def report(place_s: float) -> None:
        progress(place_s, sent)

    for due in paced(messages, wait=wait, clock_s=clock_s, progress=report):
        captured_ns = unix_ns() - due.lag_ns if due.lag_ns is not None else 0
        send(replace(due.message, sequence=first + sent, capture_time_ns=captured_ns))
        sent += 1
        report(due.place_s)
    return sent
