"""Performance: a timeline of control messages that drives the runtime in a loop, as its built-in demonstration does.

A file is one JSON or MessagePack map (`PerformanceFile`): a length, and messages with their times. Between
two messages of a driver that name a channel its value is interpolated, so a recording at any rate and a
hand-written table of a few keys both move smoothly.

    performance = load_performance(Path("hello.json"))
    control.update(performance.at(time_s), now_s)
"""

from __future__ import annotations

from bisect import bisect_right
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from face.easing import ease_in_out
from protocol.codec import check_control
from protocol.decode_errors import explain
from protocol.errors import FileError
from protocol.messages import ControlMessage
from protocol.regular_file import read_regular
from protocol.text_file import utf8_of
from runtime.errors import ConfigError
from runtime.intake.inbox import Received

BUILTIN: Final = Path(__file__).parents[1] / "builtin" / "performance.json"
GRID_HZ: Final = 60
MAX_DURATION_S: Final = 1800.0
MAX_BYTES: Final = 64 * 1024 * 1024
TTL_S: Final = 0.5  # of the messages, so that the channels are released when a performance ends


class PerformanceFile(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of a performance file.

    Attributes:
        duration_s: length; the performance starts again after it.
        messages: (seconds from the beginning, message), in any order.
        ease: True: keys of a table, eased from one to the next and held before the first and after the last.
            False: a recording, interpolated linearly; where a driver sent nothing for longer than its time to
            live, its channels are released.
    """

    duration_s: float
    messages: list[tuple[float, ControlMessage]]
    ease: bool = False


class _Track:
    """One driver of the performance: its channels resampled on a regular grid, and its messages."""

    def __init__(self, keys: list[tuple[float, ControlMessage]], duration_s: float, ease: bool) -> None:
        self._times = [time_s for time_s, _ in keys]
        self._messages = [message for _, message in keys]
        self._names = list(dict.fromkeys(name for message in self._messages for name in message.values))
        grid_s = np.arange(int(np.ceil(duration_s * GRID_HZ)) + 2) / GRID_HZ
        self._grid = np.stack([self._resample(name, grid_s, ease) for name in self._names], axis=1)

    def _resample(self, name: str, grid_s: NDArray[np.float64], ease: bool) -> NDArray[np.float32]:
        """Resample one channel at the grid's times.

        Args:
            name: the channel.
            grid_s: (T,) seconds.
            ease: smoothstep between keys instead of linear.

        Returns:
            (T,) float32; NaN where the driver does not drive the channel.
        """
        keys = [
            (time_s, message.values[name], message.ttl_s)
            for time_s, message in zip(self._times, self._messages, strict=True)
            if name in message.values
        ]
        times, values, ttls = (np.array(column) for column in zip(*keys, strict=True))
        after = np.clip(np.searchsorted(times, grid_s, side="right"), 1, max(len(times) - 1, 1))
        before = after - 1
        after = np.minimum(after, len(times) - 1)
        span = np.where(times[after] > times[before], times[after] - times[before], 1.0)
        share = np.clip((grid_s - times[before]) / span, 0.0, 1.0)
        if ease:
            share = ease_in_out(share)
        line = values[before] + share * (values[after] - values[before])
        if not ease:
            is_last = grid_s >= times[-1]
            silent = (times[after] - times[before] > ttls[before]) & (grid_s > times[before] + ttls[before])
            line[(silent & ~is_last) | (grid_s < times[0]) | (is_last & (grid_s > times[-1] + ttls[-1]))] = (
                np.nan
            )
        resampled: NDArray[np.float32] = line.astype(np.float32)
        return resampled

    def at(self, time_s: float) -> ControlMessage | None:
        """Return this driver's message at a time, seconds; None when it drives nothing."""
        place = time_s * GRID_HZ
        row = min(int(place), len(self._grid) - 2)
        line = self._grid[row] + np.float32(place - row) * (self._grid[row + 1] - self._grid[row])
        values = {
            name: value for name, value in zip(self._names, line.tolist(), strict=True) if value == value
        }
        if not values:
            return None
        latest = self._messages[max(bisect_right(self._times, time_s) - 1, 0)]
        return ControlMessage(
            layer=latest.layer,
            source=latest.source,
            values=values,
            mode=latest.mode,
            weight=latest.weight,
            priority=latest.priority,
            ttl_s=TTL_S,
        )


class Performance:
    """A timeline that is ready to play; see `PerformanceFile`.

    Attributes:
        duration_s: length of one round.
    """

    def __init__(self, file: PerformanceFile) -> None:
        self.duration_s = file.duration_s
        keys: dict[tuple[str, str, str], list[tuple[float, ControlMessage]]] = {}
        for time_s, message in sorted(file.messages, key=lambda entry: entry[0]):
            keys.setdefault((message.layer, message.source, message.mode), []).append((time_s, message))
        self._tracks = [_Track(entries, file.duration_s, file.ease) for entries in keys.values()]

    def at(self, time_s: float) -> list[Received]:
        """Return the messages of all drivers at a time, seconds from the start; starts again after `duration_s`."""
        time_s %= self.duration_s
        messages = (track.at(time_s) for track in self._tracks)
        return [Received(message, 0) for message in messages if message is not None]


def load_performance(path: Path) -> Performance:
    """Read and check a performance file.

    Raises:
        ConfigError: it cannot be read, or holds a message that the runtime would refuse.
    """
    try:
        data = read_regular(path, max_bytes=MAX_BYTES)
    except FileError as error:
        raise ConfigError(f"the performance cannot be read: {error}") from error
    try:
        if path.suffix.lower() == ".json":
            file = msgspec.json.decode(utf8_of(data), type=PerformanceFile)
        else:
            file = msgspec.msgpack.decode(data, type=PerformanceFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path} is not a performance: {explain(error)}") from error
    if not 0.1 <= file.duration_s <= MAX_DURATION_S:
        raise ConfigError(f"{path}: duration_s {file.duration_s:g}; expected 0.1 to {MAX_DURATION_S:g}")
    if not file.messages:
        raise ConfigError(f"{path} holds no messages")
    for time_s, message in file.messages:
        if not 0.0 <= time_s <= file.duration_s:
            raise ConfigError(f"{path}: a message at {time_s:g} s is outside 0 to {file.duration_s:g} s")
        for reason, detail, _ in check_control(message).refusals:
            raise ConfigError(f"{path}: the message at {time_s:g} s: {reason}: {detail}")
    return Performance(file)
