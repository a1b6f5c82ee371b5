"""Control: which driver moves which channel, and the value of every channel.

A driver is one source on one layer in one mode. It moves the channels that it names, each until the time to live
of its last message has passed:

- `set` drivers are ordered by priority, then by when they began. Each is blended over those below it by its
  weight; idle movement lies at the bottom. The topmost driver owns the channel.
- `add` drivers are summed on top, weight times the distance from neutral, and the sum is limited.
- Every change of the drivers of a channel is faded by `ChannelFade`, so that the output never jumps.

Belongs to the loop's thread. Time is an argument.

    control.update(inbox.take(), now_s)
    control.settle(motion.values, dt_s)      # in: idle movement; out: with the drivers
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.motion import NEUTRAL
from protocol.channels import CHANNELS
from protocol.messages import ControlMessage, DriverStatus
from runtime.control.driver import ANGLES, CLAIM, WIDTH, Driver
from runtime.control.fade import FADE_S, LONGEST_STEP_S, MAX_TURN_RAD_S, STEEPNESS, ChannelFade
from runtime.control.one_euro import SmoothingSettings, channel_filter
from runtime.intake.inbox import Received
from runtime.intake.source_names import is_named

MAX_DRIVERS: Final = 128
MAX_CENTERS: Final = 64
#: Drivers that send exact values, not changes against rest: beginnings of their names.
ABSOLUTE: Final = ("panel", "script", "performance", "trigger")
#: Suffix of the sources of a replayed take. A take's source uses the center of the source that was recorded.
REPLAYED: Final = " (take)"
RECENTRED_LAYERS: Final = ("pose", "gaze")

_Key = tuple[str, str, str]  # layer, source, mode

_LOW: Final = np.array([*(c.low for c in CHANNELS), 0.0], np.float32)
_HIGH: Final = np.array([*(c.high for c in CHANNELS), 1.0], np.float32)
#: The fastest that a change of driver may move a channel: 120 degrees a second, else its range in `FADE_S`.
_FADE_SPEED: Final = np.array(
    [MAX_TURN_RAD_S if c.name in ANGLES else STEEPNESS * min(c.high - c.low, 2.0) / FADE_S for c in CHANNELS]
    + [STEEPNESS / FADE_S],
    np.float32,
)
_NEUTRAL: Final = np.append(NEUTRAL, np.float32(0.0))
_HASH: Final = 1_000_003  # multiplier of the hash of a channel's drivers


def _ignore_drop(reason: str, detail: str) -> None:
    """`count_drop` of a Control without an Inbox."""


class Control:
    """All drivers, at most `MAX_DRIVERS`.

    Args:
        smoothing: which sources are smoothed.
        count_drop: called with reason and detail for every refused message.
        absolute: beginnings of the names of drivers that send exact values.

    Attributes:
        change: (CHANNELS,) 0..1, how far each channel holds a change against rest, and not an exact value.
        claim: how far the emotion layer claims the face, 0..1, as of the last `settle`.
        is_driven: (CHANNELS,) bool, the channels that a `set` driver owns.
    """

    def __init__(
        self,
        smoothing: SmoothingSettings | None = None,
        count_drop: Callable[[str, str], None] = _ignore_drop,
        *,
        absolute: tuple[str, ...] = ABSOLUTE,
    ) -> None:
        self._absolute = absolute
        self._smoothing = smoothing or SmoothingSettings()
        self._count_drop = count_drop
        self._free = [Driver() for _ in range(MAX_DRIVERS)]
        self._drivers: dict[_Key, Driver] = {}
        self._sets: list[Driver] = []  # lowest rank first
        self._adds: list[Driver] = []
        self._centers: dict[tuple[str, str], NDArray[np.float32]] = {}
        self._fade = ChannelFade(_FADE_SPEED)
        self._serial = 0
        self._now_s = 0.0
        self._is_stale = False  # the drivers changed since the last `_rank`
        self._target = _NEUTRAL.copy()
        self._shown = _NEUTRAL.copy()
        self._work = np.zeros(WIDTH, np.float32)
        self._visible = np.zeros(WIDTH, np.int64)  # hash of the drivers that contribute to each channel
        self._changed = np.zeros(WIDTH, np.bool_)
        self._owner = np.zeros(WIDTH, np.int64)  # serial of the owner, 0 = idle
        self.is_driven = np.zeros(CLAIM, np.bool_)
        self.change = np.ones(CLAIM, np.float32)
        self._wanted_change = np.ones(WIDTH, np.float32)
        self.claim = 0.0

    def update(self, received: Iterable[Received], now_s: float) -> None:
        """Pass messages, checked by the codec, to their drivers, and remove expired drivers."""
        self._now_s = now_s
        for item in received:
            message = item.message
            key: _Key = (message.layer, message.source, message.mode)
            driver = self._drivers.get(key)
            if driver is None:
                driver = self._begin(key, item)
                if driver is None:
                    continue
            driver.origin = item.origin
            if driver.update(message, now_s):
                self._is_stale = True
        for key, driver in list(self._drivers.items()):
            if driver.expire(now_s):
                self._is_stale = True
                self._remove_if_empty(key, driver)

    def settle(self, values: NDArray[np.float32], dt_s: float) -> None:
        """Blend the drivers over `values`, in place.

        Args:
            values: (CHANNELS,) float32. In: idle movement; out: the values with all drivers, within limits.
            dt_s: seconds since the last call.
        """
        self._fade.advance(dt_s)
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
            self._fade.begin(self._changed, self._shown, target)
            self._changed[:] = False
            self._is_stale = False
        self._fade.apply(target)
        np.maximum(target, _LOW, out=target)
        np.minimum(target, _HIGH, out=target)
        self._shown[:] = target
        values[:] = target[:CLAIM]
        self._settle_change(dt_s)
        self.claim = float(target[CLAIM])

    def _settle_change(self, dt_s: float) -> None:
        """Blend what the drivers send, changes or exact values, by their weights; moved there within a fade's time."""
        wanted, work = self._wanted_change, self._work
        wanted[:] = 1.0
        for driver in self._sets:
            kind = 0.0 if driver.is_absolute else 1.0
            np.subtract(kind, wanted, out=work)
            work *= driver.gain
            wanted += work
        step = np.float32(min(dt_s, LONGEST_STEP_S) / FADE_S)
        gap = work[:CLAIM]
        np.subtract(wanted[:CLAIM], self.change, out=gap)
        np.clip(gap, -step, step, out=gap)
        self.change += gap

    def release(self, source: str) -> int:
        """Remove all drivers of a source, of whatever peers; returns their number."""
        found = [(key, driver) for key, driver in self._drivers.items() if is_named(driver.source, source)]
        for key, driver in found:
            driver.release()
            self._remove_if_empty(key, driver)
            self._is_stale = True
        return len(found)

    def recenter(self, source: str = "") -> int:
        """Make the current pose and gaze of a source its neutral ones; "" = of every source that sets them.

        The center is kept when the source stops sending. Returns how many layers were recentred.
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
        """The state of every driver, with the channels that it owns."""
        return [
            DriverStatus(
                source=driver.source,
                layer=driver.layer,
                mode=driver.mode,
                weight=round(driver.weight, 3),
                priority=driver.priority,
                age_s=round(self._now_s - driver.began_s, 3),
                owned=[CHANNELS[i].name for i in np.flatnonzero(self._owner[:CLAIM] == driver.serial)],
                origin=driver.origin,
            )
            for driver in self._drivers.values()
        ]

    def held(self) -> list[ControlMessage]:
        """What every driver holds, the one that began first at the front: so sent again, the same one is on top."""
        drivers = sorted(self._drivers.values(), key=lambda driver: driver.serial)
        return [message for driver in drivers for message in driver.held(self._now_s)]

    def _begin(self, key: _Key, item: Received) -> Driver | None:
        message = item.message
        if not self._free and not self._make_room(item.peer):
            self._count_drop("too many drivers", f"{message.source!r} is beyond the first {MAX_DRIVERS}")
            return None
        self._serial += 1
        driver = self._free.pop()
        is_smoothed = message.mode == "set" and self._smoothing.applies_to(message.source)
        driver.begin(
            message,
            peer=item.peer,
            now_s=self._now_s,
            serial=self._serial,
            smooth=channel_filter(self._smoothing.strength, WIDTH - CLAIM) if is_smoothed else None,
            center=self._center_of(message) if message.mode == "set" else None,
            is_absolute=message.source.startswith(self._absolute),
        )
        self._drivers[key] = driver
        return driver

    def _make_room(self, peer: str) -> bool:
        """Take a driver from the peer that has most of them, so that no peer can keep the others out.

        Of that peer's drivers the one of lowest priority that began last gives way. False: `peer` has most itself.
        """
        counts = Counter(driver.peer for driver in self._drivers.values())
        most, count = counts.most_common(1)[0]
        if counts[peer] + 1 >= count:
            return False
        key, driver = min(
            ((key, driver) for key, driver in self._drivers.items() if driver.peer == most),
            key=lambda item: (item[1].priority, -item[1].serial),
        )
        driver.release()
        self._remove_if_empty(key, driver)
        self._is_stale = True
        self._count_drop("too many drivers", f"{driver.source!r} gave way to another peer's")
        return True

    def _center_of(self, message: ControlMessage) -> NDArray[np.float32] | None:
        """The center of a source; for a take's source without its own, that of the source that was recorded."""
        own = self._centers.get((message.layer, message.source))
        return (
            self._centers.get((message.layer, message.source.removesuffix(REPLAYED))) if own is None else own
        )

    def _remove_if_empty(self, key: _Key, driver: Driver) -> None:
        if not driver.is_live.any():
            del self._drivers[key]
            self._free.append(driver)

    def _rank(self) -> None:
        """Order the drivers, find each channel's owner, and mark the channels whose contributing drivers changed."""
        drivers = sorted(self._drivers.values(), key=lambda driver: (driver.priority, driver.serial))
        self._sets = [driver for driver in drivers if driver.mode == "set"]
        self._adds = [driver for driver in drivers if driver.mode == "add"]
        for driver in drivers:
            np.multiply(driver.is_live, np.float32(driver.weight), out=driver.gain)
        visible = np.zeros(WIDTH, np.int64)
        self._owner[:] = 0
        is_open = np.ones(WIDTH, np.bool_)  # channels not yet covered by a driver of full weight
        for driver in reversed(self._sets):
            seen = driver.is_live & is_open
            visible[seen] = visible[seen] * _HASH + driver.serial
            if driver.weight > 0.0:
                self._owner[seen & (self._owner == 0)] = driver.serial
            if driver.weight >= 1.0:
                is_open &= ~driver.is_live
        for driver in self._adds:
            visible[driver.is_live] = visible[driver.is_live] * _HASH - driver.serial
        self._changed |= visible != self._visible
        self._visible = visible
        np.greater(self._owner[:CLAIM], 0, out=self.is_driven)
