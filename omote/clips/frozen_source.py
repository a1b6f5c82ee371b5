"""FrozenSource: a source's face at one moment, for as long as the source is.

source = FrozenSource(VideoSource(video, frames, close_tracker), at_s=2.5)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from omote.clips.source import ClipSource, Moment
from protocol.codec import MAX_TTL_S
from protocol.messages import ControlMessage
from vision.sound_track import ClipSound

#: Messages are repeated so often, because their drivers would be gone.
EVERY_S: Final = 0.1


class FrozenSource:
    """A source that it owns. See `ClipSource`.

    Args:
        at_s: the moment; of an earlier end, the end.
    """

    def __init__(self, source: ClipSource, at_s: float) -> None:
        self._source = source
        self._at_s = at_s
        self.fps: float | None = source.fps
        self.expected_s = source.expected_s
        self.end_s = source.expected_s
        self.sound: ClipSound | None = source.sound

    def moments(self) -> Iterator[Moment]:
        """See `ClipSource`; what comes after the moment is read only where no header says how long the source is."""
        # A driver's messages may name some of its channels; the others stay until their time to live has passed.
        newest: dict[tuple[object, ...], tuple[float, ControlMessage]] = {}
        moved_s = 0.0
        for due_s, messages in self._source.moments():
            if due_s > self._at_s and newest:
                if self.expected_s > 0.0:
                    break
                continue
            for message in messages:
                key = message.source, message.layer, message.mode, frozenset(message.values)
                newest.pop(key, None)  # the order is that of arrival
                newest[key] = due_s, message
                moved_s = due_s
        # Where the face is lost at the moment, it stays as it was last seen.
        at_s = min(self._at_s, moved_s)
        shown = tuple(
            replace(message, ttl_s=MAX_TTL_S)
            for due_s, message in newest.values()
            if due_s + message.ttl_s > at_s
        )
        self.end_s = max(self.expected_s or self._source.end_s, EVERY_S)
        for number in range(int(self.end_s / EVERY_S) + 1):
            yield Moment(number * EVERY_S, shown)

    def remarks(self) -> list[str]:
        """See `ClipSource`; what was not read is not missing."""
        return []

    def close(self) -> None:
        """See `ClipSource`."""
        self._source.close()
