"""Replay: a take's messages again, with the spacing they arrived with.

for due in schedule(reader, ReplayPlan(speed=1.0, loop=True)): ...    # pure: what is to be sent, and when
play(schedule(reader, plan), send, wait=stop.wait)                    # sends it then
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from msgspec.structs import replace

from protocol.codec import MAX_SOURCE, MAX_TTL_S, MIN_TTL_S
from protocol.messages import ControlMessage, LayerName
from protocol.take import Recorded

MIN_SPEED: Final = 0.05
MAX_SPEED: Final = 20.0
#: Between the last message of a round and the first of the next: one picture of a camera.
LOOP_GAP_S: Final = 1 / 30
#: Waiting is cut into pieces, so that the progress goes on.
PIECE_S: Final = 0.1
#: Between measuring and arrival; what claims more was measured by another clock.
MAX_LAG_NS: Final = 10_000_000_000


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """What of a take is played, and how.

    Attributes:
        speed: 2 = twice as fast; times to live shrink and grow with it.
        loop: begin again at the end, for ever.
        from_s: begin here; what still held at that moment is sent first.
        layers: which to play; empty = all.
        source_prefix: put before every source, so that the live one of that name can go on beside it.
    """

    speed: float = 1.0
    loop: bool = False
    from_s: float = 0.0
    layers: tuple[LayerName, ...] = ()
    source_prefix: str = ""


class Due(NamedTuple):
    """One message of the schedule.

    Attributes:
        due_s: when to send it, from the beginning of the replay.
        place_s: which moment of the take it is.
        lag_ns: how long before its arrival it was measured; None = unknown.
        message: what to send; its sequence and capture time are still the recorded ones.
    """

    due_s: float
    place_s: float
    lag_ns: int | None
    message: ControlMessage


class _Placed(NamedTuple):
    place_s: float
    lag_ns: int | None
    message: ControlMessage


def schedule(take: Iterable[Recorded], plan: ReplayPlan) -> Iterator[Due]:
    """Every message with its due time. Pure: it reads no clock.

    Args:
        take: in order of arrival; iterated once a round.
    """
    begin_s = 0.0
    while True:
        due_s: float | None = None
        for place_s, lag_ns, message in _from(_placed(take, plan.layers), plan.from_s):
            due_s = begin_s + (place_s - plan.from_s) / plan.speed
            ttl_s = min(max(message.ttl_s / plan.speed, MIN_TTL_S), MAX_TTL_S)
            source = (plan.source_prefix + message.source)[:MAX_SOURCE]
            yield Due(due_s, place_s, lag_ns, replace(message, source=source, ttl_s=ttl_s))
        if due_s is None or not plan.loop:
            return
        begin_s = due_s + LOOP_GAP_S / plan.speed


def play(
    dues: Iterable[Due],
    send: Callable[[ControlMessage], None],
    *,
    wait: Callable[[float], bool],
    clock_s: Callable[[], float] = time.monotonic,
    unix_ns: Callable[[], int] = time.time_ns,
    progress: Callable[[float, int], None] = lambda place_s, sent: None,
) -> int:
    """Send each message when it is due, newly numbered and dated; returns how many were sent.

    Every message is due from the beginning, not from the one before it, so that nothing drifts; one that is
    late is sent at once.

    Args:
        wait: waits so many seconds; true = stop now (`threading.Event.wait`).
        clock_s: what due times are counted on.
        unix_ns: now; the first number is its milliseconds, above whatever an earlier replay counted to.
        progress: is told the place in the take, seconds, and how many were sent.
    """
    begin_s = clock_s()
    sequence = unix_ns() // 1_000_000
    sent = 0
    for due in dues:
        while (left_s := begin_s + due.due_s - clock_s()) > 0:
            progress(due.place_s, sent)
            if wait(min(left_s, PIECE_S)):
                return sent
        if wait(0.0):
            return sent
        captured_ns = unix_ns() - due.lag_ns if due.lag_ns is not None else 0
        send(replace(due.message, sequence=sequence + sent, capture_time_ns=captured_ns))
        sent += 1
        progress(due.place_s, sent)
    return sent


def _placed(take: Iterable[Recorded], layers: tuple[LayerName, ...]) -> Iterator[_Placed]:
    """Seconds since the take's first message; where the recording's clock went back, no time passes."""
    place_ns = 0
    before_ns: int | None = None
    for arrived_ns, message in take:
        place_ns += max(arrived_ns - before_ns, 0) if before_ns is not None else 0
        before_ns = arrived_ns
        lag_ns = arrived_ns - message.capture_time_ns
        is_dated = message.capture_time_ns > 0 and 0 <= lag_ns <= MAX_LAG_NS
        if not layers or message.layer in layers:
            yield _Placed(place_ns / 1e9, lag_ns if is_dated else None, message)


def _from(placed: Iterable[_Placed], from_s: float) -> Iterator[_Placed]:
    """What lies at `from_s` or later; before it, what was said earlier and holds at that moment."""
    held: dict[tuple[str, str, str], _Placed] = {}
    is_begun = False
    for item in placed:
        message = item.message
        if item.place_s < from_s:
            key = (message.source, message.layer, message.mode)
            before = held.get(key)
            if before is not None and before.place_s + before.message.ttl_s > item.place_s:
                values = {**before.message.values, **message.values}
                item = item._replace(message=replace(message, values=values))
            held[key] = item
            continue
        if not is_begun:
            is_begun = True
            for earlier in held.values():
                left_s = earlier.place_s + earlier.message.ttl_s - from_s
                if left_s > 0.0:
                    yield _Placed(from_s, earlier.lag_ns, replace(earlier.message, ttl_s=left_s))
        yield item
