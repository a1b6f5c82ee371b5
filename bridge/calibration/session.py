"""Leads a person through the steps of a calibration, and collects the observations.

steps = run_steps(buffer.drain, guide=LinesGuide(say), wait=stop.wait)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal, Protocol

from bridge.calibration.fit import describe
from bridge.calibration.steps import REST, STEPS, Step
from bridge.observation import Observation

READY_S: Final = 3.0
HOLD_S: Final = 2.0
#: With fewer observations a step is repeated.
MIN_SAMPLES: Final = 10
ATTEMPTS: Final = 3
_TICK_S: Final = 0.1

Phase = Literal["ready", "hold"]


class StoppedError(Exception):
    """The person has stopped the calibration."""


class Guide(Protocol):
    """Tells a person what to do. Belongs to the thread that calibrates; may not wait."""

    def wait_for_face(self, tracker: str, hint: str = "") -> None:
        """No face has come yet; `hint` says what may be wrong, after some seconds."""
        ...

    def begin(self, source: str) -> None:
        """A face of this source is measured from now on."""
        ...

    def ask(self, number: int, of: int, step: Step) -> None:
        """A step begins, or begins anew; counted from 1."""
        ...

    def count_down(self, phase: Phase, past_s: float, length_s: float) -> None:
        """So much of a phase of the step has passed; at its end `past_s` is `length_s`."""
        ...

    def tell_measured(self, pictures: int, change: str) -> None:
        """The step is measured; `change` says what moved, "" where nothing can be said."""
        ...

    def tell_missed(self, pictures: int, *, is_last: bool) -> None:
        """The face was seen in too few pictures; it is asked for again unless this was the last attempt."""
        ...

    def finish(self, changes: Sequence[str]) -> None:
        """The calibration is written; `changes` says what it does, in words."""
        ...


def run_steps(
    drain: Callable[[], list[Observation]],
    *,
    guide: Guide,
    wait: Callable[[float], bool],
    steps: Sequence[Step] = STEPS,
    speed: float = 1.0,
) -> dict[str, list[Observation]]:
    """Ask for each step, measure it, and tell what moved.

    Args:
        drain: returns the observations since its last call, and forgets them.
        guide: talks to the person.
        wait: sleeps for the given seconds; True = stop (`threading.Event.wait`).
        steps: the steps, in order.
        speed: 2 = half the time for every step.

    Returns:
        Name of each step -> its observations. Steps without a visible face are missing; without "rest" no fit is
        possible.

    Raises:
        StoppedError: `wait` returned True.
    """
    found: dict[str, list[Observation]] = {}
    for number, step in enumerate(steps, 1):
        guide.ask(number, len(steps), step)
        for attempt in range(1, ATTEMPTS + 1):
            _count_down(guide, "ready", READY_S / speed, wait)
            drain()
            _count_down(guide, "hold", HOLD_S / speed, wait)
            samples = drain()
            if len(samples) >= MIN_SAMPLES:
                found[step.name] = samples
                change = describe(samples, found[REST]) if step.name != REST and REST in found else ""
                guide.tell_measured(len(samples), change)
                break
            guide.tell_missed(len(samples), is_last=attempt == ATTEMPTS)
        if REST not in found:
            break
    return found


def _count_down(guide: Guide, phase: Phase, seconds: float, wait: Callable[[float], bool]) -> None:
    ticks = max(round(seconds / _TICK_S), 1)
    for tick in range(ticks):
        guide.count_down(phase, seconds * tick / ticks, seconds)
        if wait(seconds / ticks):
            raise StoppedError
    guide.count_down(phase, seconds, seconds)
