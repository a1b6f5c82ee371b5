"""A take's control messages -> values at every frame, by the runtime's rules for drivers.

    clip = compose(read_take("take.mcap"), fps=24.0)

`set` drivers are ordered by priority, then by when they began, and each is blended over those below it by its weight;
`add` drivers are summed on top; every channel is lost at the end of its time to live. What the runtime adds is left out:
idle movement, smoothing, fades between drivers, and what emotions do to the expression.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field

from .channels import CHANNELS, NEUTRAL, PLACES
from .clip import Clip
from .mcap_take import Recorded


@dataclass
class _Driver:
    serial: int
    is_add: bool
    priority: int = 0
    weight: float = 1.0
    #: place of a channel -> value and when it is lost, seconds
    values: dict[int, tuple[float, float]] = field(default_factory=dict)


def compose(messages: Iterable[Recorded], *, fps: float) -> Clip:
    """The clip of a take: frame k holds what drives at k / fps seconds after the first message."""
    rows: list[array[float]] = []
    drivers: dict[tuple[str, str, str], _Driver] = {}
    begun = 0
    has_looks = False
    for message in messages:
        # A message counts from its own time on; half a microsecond is rounding.
        while len(rows) / fps < message.time_s - 5e-7:
            rows.append(_blended(drivers, len(rows) / fps))
        key = (message.layer, message.source, message.mode)
        driver = drivers.get(key)
        if driver is None or not _expire(driver, message.time_s):
            begun += 1
            driver = drivers[key] = _Driver(begun, message.mode == "add")
        driver.priority, driver.weight = message.priority, message.weight
        places = PLACES[message.layer]
        for name, value in message.values.items():
            driver.values[places[name]] = (value, message.time_s + message.ttl_s)
            has_looks = has_looks or (name.startswith("eyeLook") and value != 0.0)
    if drivers:
        rows.append(_blended(drivers, len(rows) / fps))
    return Clip(fps=fps, rows=rows, fills_looks=not has_looks)


def _expire(driver: _Driver, time_s: float) -> bool:
    """Remove what was lost; whether anything is left."""
    driver.values = {place: held for place, held in driver.values.items() if held[1] > time_s}
    return bool(driver.values)


def _blended(drivers: dict[tuple[str, str, str], _Driver], time_s: float) -> array[float]:
    for key in [key for key, driver in drivers.items() if not _expire(driver, time_s)]:
        del drivers[key]
    values = list(NEUTRAL)
    for driver in sorted(drivers.values(), key=lambda one: (one.is_add, one.priority, one.serial)):
        for place, (value, _) in driver.values.items():
            base = NEUTRAL[place] if driver.is_add else values[place]
            values[place] += driver.weight * (value - base)
    return array("f", (min(max(v, c.low), c.high) for v, c in zip(values, CHANNELS, strict=True)))
