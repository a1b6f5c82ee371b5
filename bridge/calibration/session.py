"""Leads a person through the steps of a calibration.

steps = run_steps(observing.drain, say=print, wait=stop.wait)
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
#: With fewer pictures a step is asked for once more.
LEAST: Final = 10
ATTEMPTS: Final = 3
_PIECE_S: Final = 0.1


class StoppedError(Exception):
    """The person has stopped."""


def run_steps(
    drain: Callable[[], list[Observation]],
    *,
    say: Callable[[str], None],
    wait: Callable[[float], bool],
    steps: Sequence[Step] = STEPS,
    speed: float = 1.0,
) -> dict[str, list[Observation]]:
    """Ask for each step, measure it, say what was seen; a step's name -> its observations.

    Args:
        drain: what was observed since it was called last.
        wait: waits so many seconds; true = stop.
        speed: 2 = half as much time for everything.

    Returns:
        Steps in which no face was seen are missing; without "rest" nothing can be fitted.

    Raises:
        StoppedError: `wait` said so.
    """
    found: dict[str, list[Observation]] = {}
    for number, step in enumerate(steps, 1):
        say(f"{number}/{len(steps)}  {step.ask}")
        for attempt in range(1, ATTEMPTS + 1):
            _count_down(READY_S / speed, "get ready", wait)
            drain()
            _count_down(HOLD_S / speed, "hold it", wait)
            samples = drain()
            if len(samples) >= LEAST:
                found[step.name] = samples
                said = describe(samples, found[REST]) if step.name != REST and REST in found else ""
                say(f"      {len(samples)} pictures{said and ': ' + said}")
                break
            again = "once more" if attempt < ATTEMPTS else "left out"
            say(f"      the face was seen in {len(samples)} pictures only: {again}")
        if REST not in found:
            break
    return found


def _count_down(seconds: float, text: str, wait: Callable[[float], bool]) -> None:
    pieces = max(round(seconds / _PIECE_S), 1)
    with progress_bar(seconds, "s") as bar:
        for piece in range(pieces):
            bar(seconds * piece / pieces, text)
            if wait(seconds / pieces):
                raise StoppedError
        bar(seconds, text)
