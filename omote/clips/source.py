"""ClipSource: the contract of what moves the avatar in a rendered clip, and the moments that it gives.

for due_s, messages in source.moments(): ...
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from protocol.messages import ControlMessage
from vision.sound_track import ClipSound


class Moment(NamedTuple):
    """What a source says at one time: seconds from the clip's beginning, and messages, () where there is no face."""

    due_s: float
    messages: tuple[ControlMessage, ...]


class ClipSource(Protocol):
    """One file that drives the avatar offline: no clock, no waiting. One thread; the one who opens it closes it.

    Attributes:
        fps: pictures per second that suit it; None = it has none of its own.
        expected_s: how long it is, as far as its header says, seconds; 0 = unknown.
        end_s: how long it is, seconds; known when `moments` has ended.
        sound: its own sound; None = it has none.
    """

    fps: float | None
    expected_s: float
    end_s: float
    sound: ClipSound | None

    def moments(self) -> Iterator[Moment]:
        """All its moments in order of time; called once.

        Raises:
            OmoteError: the file cannot be read on.
        """
        ...

    def remarks(self) -> list[str]:
        """What the user should know afterwards: what of it could not be used, a line each."""
        ...

    def close(self) -> None:
        """Close the file; may be called twice."""
        ...
