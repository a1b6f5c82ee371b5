"""FrozenSource: a source's face at one moment, for as long as the source is.

source = FrozenSource(VideoSource(video, landmarker, face), at_s=2.5)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from omote.clips.source import ClipSource, Moment
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
        """See `ClipSource`; what comes after the moment is not read."""
        newest: dict[tuple[str, str], ControlMessage] = {}
        for due_s, messages in self._source.moments():
            if due_s > self._at_s and newest:
                break
            newest |= {(message.source, message.layer): message for message in messages}
        self.end_s = max(self.expected_s, EVERY_S)
        for number in range(int(self.end_s / EVERY_S) + 1):
            yield Moment(number * EVERY_S, tuple(newest.values()))

    def remarks(self) -> list[str]:
        """See `ClipSource`; what was not read is not missing."""
        return []

    def close(self) -> None:
        """See `ClipSource`."""
        self._source.close()
