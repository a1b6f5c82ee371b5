"""Control: who drives which channel, and what every channel should show.

A driver is a source on a layer, in one mode. It has a say only in the channels it names, each until its time
to live runs out:

- `set`: drivers lie on each other by priority, then by when they began; each blends over what lies beneath
  by its weight, and beneath all of them lies idle life. The topmost owns the channel.
- `add`: weight times the distance to neutral is summed on top, then limited.
- Who comes, goes or overtakes does so through `ChannelFade`: never with a jump.

Belongs to the loop's thread. Time is an argument.

    control.update(inbox.take(), now_s)
    control.settle(motion.values, dt_s)      # in: idle life; out: what the drivers make of it
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.motion import NEUTRAL
from protocol.channels import CHANNELS
from protocol.messages import ControlMessage, DriverStatus
from runtime.control.driver import CLAIM, WIDTH, Driver
from runtime.control.fade import ChannelFade
from runtime.control.one_euro import SmoothingSettings, channel_filter
from runtime.intake.inbox import Received

MAX_DRIVERS: Final = 64
MAX_CENTERS: Final = 64
#: What a take adds to the names of its drivers; what was recentred stays so for what was recorded of it.
REPLAYED: Final = " (take)"
RECENTRED_LAYERS: Final = ("pose", "gaze")

_Key = tuple[str, str, str]  # layer, source, mode

_LOW: Final = np.array([*(c.low for c in CHANNELS), 0.0], np.float32)
_HIGH: Final = np.array([*(c.high for c in CHANNELS), 1.0], np.float32)
_NEUTRAL: Final = np.append(NEUTRAL, np.float32(0.0))


def _ignore_drop(reason: str, detail: str) -> None:
    """For a Control without an Inbox."""


class Control:
    """All drivers, at most `MAX_DRIVERS`; what is refused is counted through `count_drop`.

    Attributes:
        claim: how far the emotion layer claims the face, 0..1, after `settle`.
        is_driven: (CHANNELS,) bool, the channels that a `set` driver owns.
    """

    def __init__(
        self,
        smoothing: SmoothingSettings | None = None,
        count_drop: Callable[[str, str], None] = _ignore_drop,
    ) -> None:
        self._smoothing = smoothing or SmoothingSettings()
        self._count_drop = count_drop
        self._free = [Driver() for _ in range(MAX_DRIVERS)]
        self._drivers: dict[_Key, Driver] = {}
        self._sets: list[Driver] = []  # lowest rank first
        self._adds: list[Driver] = []
        self._centers: dict[tuple[str, str], NDArray[np.float32]] = {}
        self._fade = ChannelFade(WIDTH)
        self._serial = 0
        self._now_s = 0.0
        self._is_stale = False  # the ranks have to be worked out again
        self._target = _NEUTRAL.copy()
        self._shown = _NEUTRAL.copy()
        self._work = np.zeros(WIDTH, np.float32)
        self._crew = np.zeros(WIDTH, np.int64)  # a fingerprint of who can be seen in each channel
        self._changed = np.zeros(WIDTH, np.bool_)
        self._owner = np.zeros(WIDTH, np.int64)  # serial of the owner, 0 = idle
        self.is_driven = np.zeros(CLAIM, np.bool_)
        self.claim = 0.0

    def update(self, received: Iterable[Received], now_s: float) -> None:
        """Take in messages that the codec has checked, and let go of drivers whose time is up."""
        self._now_s = now_s
        for item in received:
            message = item.message
            key: _Key = (message.layer, message.source, message.mode)
            driver = self._drivers.get(key)
            if driver is None:
                driver = self._begin(key, item)
                if driver is None:
                    continue
            if driver.take(message, now_s):
                self._is_stale = True
        for key, driver in list(self._drivers.items()):
            if driver.expire(now_s):
                self._is_stale = True
                self._let_go(key, driver)

    def settle(self, values: NDArray[np.float32], dt_s: float) -> None:
        """Lay the drivers over `values` (CHANNELS,), in place: idle life in, what to show out."""
        for driver in self._drivers.values():
            if driver.advance(dt_s):
                self._is_stale = True
        if self._is_stale:
            self._rank()
        target, work = self._target, self._work
        target[:CLAIM] = values
        target[CLAIM] = 0.0
        for driver in self._sets:
            np.subtract(driver.values, target, out=work)
            work *= driver.gain
            target += work
        for driver in self._adds:
            np.subtract(driver.values, _NEUTRAL, out=work)
            work *= driver.gain
            target += work
        np.maximum(target, _LOW, out=target)
        np.minimum(target, _HIGH, out=target)
        if self._is_stale:
            self._fade.begin(self._changed, self._shown, target, self._now_s)
            self._changed[:] = False
            self._is_stale = False
        self._fade.apply(target, self._now_s)
        np.maximum(target, _LOW, out=target)
        np.minimum(target, _HIGH, out=target)
        self._shown[:] = target
        values[:] = target[:CLAIM]
        self.claim = float(target[CLAIM])

    def release(self, source: str) -> int:
        """A source lets go of everything at once; returns how many layers it drove."""
        found = [(key, driver) for key, driver in self._drivers.items() if driver.source == source]
        for key, driver in found:
            driver.release()
            self._let_go(key, driver)
            self._is_stale = True
        return len(found)

    def recenter(self, source: str = "") -> int:
        """Take where a source is now as its neutral pose and gaze; "" = every source that sets them.

        Kept while the source is silent. Returns how many layers were recentred.
        """
        count = 0
        for driver in self._drivers.values():
            if driver.layer not in RECENTRED_LAYERS or driver.mode != "set":
                continue
            if source in ("", driver.source):
                if len(self._centers) >= MAX_CENTERS:
                    del self._centers[next(iter(self._centers))]
                self._centers[(driver.layer, driver.source)] = driver.recenter()
                self._changed |= driver.is_live
                self._is_stale = True
                count += 1
        return count

    def status(self) -> list[DriverStatus]:
        """Every driver, and the channels that each owns."""
        return [
            DriverStatus(
                source=driver.source,
                layer=driver.layer,
                mode=driver.mode,
                weight=round(driver.weight, 3),
                priority=driver.priority,
                age_s=round(self._now_s - driver.began_s, 3),
                owned=[CHANNELS[i].name for i in np.flatnonzero(self._owner[:CLAIM] == driver.serial)],
            )
            for driver in self._drivers.values()
        ]

    def _begin(self, key: _Key, item: Received) -> Driver | None:
        message = item.message
        if not self._free:
            self._count_drop("too many drivers", f"{message.source!r} is beyond the first {MAX_DRIVERS}")
            return None
        self._serial += 1
        driver = self._free.pop()
        is_smoothed = message.mode == "set" and self._smoothing.applies_to(message.source)
        driver.begin(
            message,
            now_s=self._now_s,
            serial=self._serial,
            smooth=channel_filter(self._smoothing.strength, WIDTH - CLAIM) if is_smoothed else None,
            center=self._center_of(message) if message.mode == "set" else None,
        )
        self._drivers[key] = driver
        return driver

    def _center_of(self, message: ControlMessage) -> NDArray[np.float32] | None:
        """Where a source was recentred, or for a take's driver the source that was recorded."""
        own = self._centers.get((message.layer, message.source))
        return (
            self._centers.get((message.layer, message.source.removesuffix(REPLAYED))) if own is None else own
        )

    def _let_go(self, key: _Key, driver: Driver) -> None:
        if not driver.is_live.any():
            del self._drivers[key]
            self._free.append(driver)

    def _rank(self) -> None:
        """Work out who lies on whom, who owns what, and in which channels the visible drivers changed."""
        drivers = sorted(self._drivers.values(), key=lambda driver: (driver.priority, driver.serial))
        self._sets = [driver for driver in drivers if driver.mode == "set"]
        self._adds = [driver for driver in drivers if driver.mode == "add"]
        for driver in drivers:
            np.multiply(driver.is_live, np.float32(driver.weight), out=driver.gain)
        crew = np.zeros(WIDTH, np.int64)
        self._owner[:] = 0
        is_open = np.ones(WIDTH, np.bool_)  # nobody of full weight lies above
        for driver in reversed(self._sets):
            seen = driver.is_live & is_open
            crew[seen] = crew[seen] * 1_000_003 + driver.serial
            if driver.weight > 0.0:
                self._owner[seen & (self._owner == 0)] = driver.serial
            if driver.weight >= 1.0:
                is_open &= ~driver.is_live
        for driver in self._adds:
            crew[driver.is_live] = crew[driver.is_live] * 1_000_003 - driver.serial
        self._changed |= crew != self._crew
        self._crew = crew
        np.greater(self._owner[:CLAIM], 0, out=self.is_driven)
