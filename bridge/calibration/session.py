"""Leads a person through the steps of a calibration, and collects the observations.

steps = run_steps(buffer.drain, say=print, wait=stop.wait)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from bridge.calibration.fit import describe
from bridge.calibration.steps import REST, STEPS, Step
from bridge.observation import Observation
from terminal.progress import progress_bar

READY_S: Final = 3.0
HOLD_S: Final = 2.0
#: With fewer observations a step is repeated.
MIN_SAMPLES: Final = 10
ATTEMPTS: Final = 3
_TICK_S: Final = 0.1


class StoppedError(Exception):
    """The person has stopped the calibration."""


def run_steps(
    drain: Callable[[], list[Observation]],
    *,
    say: Callable[[str], None],
    wait: Callable[[float], bool],
    steps: Sequence[Step] = STEPS,
    speed: float = 1.0,
) -> dict[str, list[Observation]]:
    """Ask for each step, measure it, and print what moved.

    Args:
        drain: returns the observations since its last call, and forgets them.
        say: called with lines for the person.
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
        say(f"{number}/{len(steps)}  {step.ask}")
        for attempt in range(1, ATTEMPTS + 1):
            _count_down(READY_S / speed, "get ready", wait)
            drain()
            _count_down(HOLD_S / speed, "hold it", wait)
            samples = drain()
            if len(samples) >= MIN_SAMPLES:
                found[step.name] = samples
                change = describe(samples, found[REST]) if step.name != REST and REST in found else ""
                say(f"      {len(samples)} pictures{change and ': ' + change}")
                break
            again = "once more" if attempt < ATTEMPTS else "skipped"
            say(f"      the face was seen in {len(samples)} pictures only: {again}")
        if REST not in found:
            break
    return found


def _count_down(seconds: float, text: str, wait: Callable[[float], bool]) -> None:
    ticks = max(round(seconds / _TICK_S), 1)
    with progress_bar(seconds, "s") as bar:
        for tick in range(ticks):
            bar(seconds * tick / ticks, text)
            if wait(seconds / ticks):
                raise StoppedError
        bar(seconds, text)
