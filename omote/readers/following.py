"""FollowingReader: reads one face of a fleet wherever it is, also while it moves to another machine.

    with closing(FollowingReader(find, open_reader)) as reader:
        frame = reader.read(timeout_s=1.0)

After a move the old process goes on for a while (`omote.fleet.directory.DRAIN_S`), and both are read until the
new one's first frame is here: no frame is black, and none is shown twice.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from omote.client.runtime_address import RuntimeAddress
from omote.readers.reader import FrameReader, ReceivedFrame
from protocol.errors import OmoteError

#: Between two questions where the face is; well below the time for which the old process goes on.
ASK_S: Final = 0.5
#: Between two looks at the other reader, while there are two.
TURN_S: Final = 0.01


class FollowingReader:
    """A FrameReader. Use it from one thread; it asks where the face is on another.

    Args:
        find: asks where the face is; may take its time, and raise OmoteError where it cannot be asked.
        open_reader: opens a reader there.
        at: where it is now; None = ask, which waits for the answer.
        ask_s: seconds between two questions.

    Raises:
        OmoteError: without `at`, the face is not found.
    """

    def __init__(
        self,
        find: Callable[[], RuntimeAddress],
        open_reader: Callable[[RuntimeAddress], FrameReader],
        *,
        at: RuntimeAddress | None = None,
        ask_s: float = ASK_S,
    ) -> None:
        self._find, self._open, self._ask_s = find, open_reader, ask_s
        self._at = find() if at is None else at
        self._found = self._at  # written by the thread that asks
        self._reader = open_reader(self._at)
        self._next: FrameReader | None = None
        self._events: list[str] = []
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._ask, name="omote-following", daemon=True)
        self._thread.start()

    @property
    def problem(self) -> str:
        """See `FrameReader`."""
        return self._reader.problem

    @property
    def torn(self) -> int:
        """See `FrameReader`."""
        return self._reader.torn

    @property
    def refused(self) -> int:
        """See `FrameReader`."""
        return self._reader.refused

    def read(self, timeout_s: float = 0.0) -> ReceivedFrame | None:
        """See `FrameReader`."""
        self._follow()
        if self._next is None:
            return self._reader.read(timeout_s)
        ends_s = time.monotonic() + timeout_s
        while True:
            if (frame := self._next.read(0.0)) is not None:
                self._reader.close()
                self._reader, self._next = self._next, None
                return frame
            left_s = max(0.0, ends_s - time.monotonic())
            frame = self._reader.read(min(TURN_S, left_s))
            if frame is not None or left_s == 0.0:
                return frame

    def take_events(self) -> list[str]:
        """See `FrameReader`."""
        events, self._events = self._events, []
        return events + self._reader.take_events()

    def close(self) -> None:
        """See `FrameReader`."""
        self._closed.set()
        self._thread.join()
        for reader in (self._reader, self._next):
            if reader is not None:
                reader.close()

    def _follow(self) -> None:
        """Open a reader where the face is now, if that is elsewhere."""
        if (found := self._found) != self._at:
            if self._next is not None:
                self._next.close()
            self._next, self._at = self._open(found), found
            self._events.append(f"the face is at {found.publish_at} now")

    def _ask(self) -> None:
        while not self._closed.wait(self._ask_s):
            with suppress(
                OmoteError
            ):  # the directory is away, or the face on its way: it is read where it was
                self._found = self._find()
