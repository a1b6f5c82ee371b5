"""PartSource: some parts of the face of another source, such as the mouth of a video.

source = PartSource(VideoSource(video, frames, close_tracker), FaceParts(("mouth",)))
"""

from __future__ import annotations

from collections.abc import Iterator

from bridge.takes.face_parts import FaceParts
from omote.clips.source import ClipSource, Moment
from vision.sound_track import ClipSound


class PartSource:
    """Parts of a source that it owns. See `ClipSource`."""

    def __init__(self, source: ClipSource, parts: FaceParts) -> None:
        self._source = source
        self._parts = parts
        self.fps: float | None = source.fps
        self.expected_s = source.expected_s
        self.end_s = source.end_s
        self.sound: ClipSound | None = source.sound

    def moments(self) -> Iterator[Moment]:
        """See `ClipSource`; moments at which none of the parts moves stay, without messages."""
        for due_s, messages in self._source.moments():
            self.end_s = self._source.end_s
            yield Moment(due_s, tuple(kept for message in messages for kept in self._parts(message, due_s)))
        self.end_s = self._source.end_s

    def remarks(self) -> list[str]:
        """See `ClipSource`."""
        return self._source.remarks()

    def close(self) -> None:
        """See `ClipSource`."""
        self._source.close()
