"""The replay schedule of a take: each message with the time at which it is due. Pure: clock and waiting are arguments.

for due in schedule(reader, ReplayPlan(speed=1.0, loop=True)): ...        # computes the due times, waits for none
for due in paced(schedule(reader, plan), wait=stop.wait, clock_s=time.monotonic): ...     # yields each when it is due
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from msgspec.structs import replace

from protocol.codec import MAX_SOURCE, MAX_TTL_S, MIN_TTL_S
from protocol.messages import ControlMessage, LayerName
from protocol.take import Recorded, pause_ns

MIN_SPEED: Final = 0.05
MAX_SPEED: Final = 20.0
#: Pause between the last message of a round and the first of the next: one camera picture.
LOOP_GAP_S: Final = 1 / 30
#: Longest single wait, so that `progress` is called regularly during a pause of the take.
MAX_WAIT_S: Final = 0.1
#: Largest believable delay from capture to arrival; a larger one means that another clock dated the capture.
MAX_LAG_NS: Final = 10_000_000_000


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """Which messages of a take are replayed, and how.

    Attributes:
        speed: 2 = twice as fast; times to live shrink and grow with it. `MIN_SPEED` to `MAX_SPEED`.
        loop: start again at the end, without limit.
        from_s: start here, seconds from the first message; values still valid at that moment are sent first.
        layers: layers to replay; empty = all.
        source_prefix: put before every source, so that a live driver of the same name stays independent.
    """

    speed: float = 1.0
    loop: bool = False
    from_s: float = 0.0
    layers: tuple[LayerName, ...] = ()
    source_prefix: str = ""


class DueMessage(NamedTuple):
    """One message of the schedule.

    Attributes:
        due_s: when to send it, seconds from the start of the replay.
        place_s: its position in the take, seconds from the take's first message.
        lag_ns: delay from its capture to its arrival when it was recorded; None = unknown.
        message: the message to send; its sequence and capture time are still the recorded ones.
    """

    due_s: float
    place_s: float
    lag_ns: int | None
    message: ControlMessage


class _Placed(NamedTuple):
    place_s: float
    lag_ns: int | None
    message: ControlMessage


def schedule(take: Iterable[Recorded], plan: ReplayPlan) -> Iterator[DueMessage]:
    """Yield every message with its due time; an empty take ends at once, even in a loop.

    Args:
        take: in order of arrival; iterated once per round.
    """
    begin_s = 0.0
    while True:
        due_s: float | None = None
        for place_s, lag_ns, message in _from(_placed(take, plan.layers), plan.from_s):
            due_s = begin_s + (place_s - plan.from_s) / plan.speed
            ttl_s = min(max(message.ttl_s / plan.speed, MIN_TTL_S), MAX_TTL_S)
            source = (plan.source_prefix + message.source)[:MAX_SOURCE]
            yield DueMessage(due_s, place_s, lag_ns, replace(message, source=source, ttl_s=ttl_s))
        if due_s is None or not plan.loop:
            return
        begin_s = due_s + LOOP_GAP_S / plan.speed


def paced(
    messages: Iterable[DueMessage],
    *,
    wait: Callable[[float], bool],
    clock_s: Callable[[], float],
    progress: Callable[[float], None] = lambda place_s: None,
) -> Iterator[DueMessage]:
    """Yield each message of a schedule when it is due; end early when `wait` asks to stop.

    Due times count from the start of the replay, not from the previous message, so delays do not add up. A
    late message is yielded at once.

    Args:
        wait: sleeps for the given seconds; True = stop now (`threading.Event.wait`).
        clock_s: the clock that due times are counted on, seconds (`time.monotonic`).
        progress: called with `place_s` of the next message, at least every `MAX_WAIT_S` while waiting for it.
    """
    begin_s = clock_s()
    for due in messages:
        while (left_s := begin_s + due.due_s - clock_s()) > 0:
            progress(due.place_s)
            if wait(min(left_s, MAX_WAIT_S)):
                return
        if wait(0.0):
            return
        yield due


def _placed(take: Iterable[Recorded], layers: tuple[LayerName, ...]) -> Iterator[_Placed]:
    """Position of each message, seconds since the first; jumps of the recording clock count as 0 s."""
    place_ns = 0
    before_ns: int | None = None
    for arrived_ns, message in take:
        place_ns += pause_ns(before_ns, arrived_ns) if before_ns is not None else 0
        before_ns = arrived_ns
        lag_ns = arrived_ns - message.capture_time_ns
        is_dated = message.capture_time_ns > 0 and 0 <= lag_ns <= MAX_LAG_NS
        if not layers or message.layer in layers:
            yield _Placed(place_ns / 1e9, lag_ns if is_dated else None, message)


def _from(placed: Iterable[_Placed], from_s: float) -> Iterator[_Placed]:
    """The messages at `from_s` or later, preceded by earlier ones whose time to live has not run out by then."""
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
