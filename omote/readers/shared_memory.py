"""SharedMemoryReader: the newest frame out of the ring of a runtime on this machine.

with closing(SharedMemoryReader()) as reader:
    frame = reader.read(timeout_s=1.0)
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from omote.readers.bell import Bell
from omote.readers.news import News
from omote.readers.reader import ReceivedFrame
from omote.readers.ring_file import RingFile
from protocol.errors import FrameHeaderError, RingError
from protocol.frames.frame_header import FrameHeader, unpack_header
from protocol.frames.ring_files import STREAM, generation_of, ring_files, ring_folder
from protocol.frames.ring_header import (
    FRAME_AT,
    LATEST_AT,
    LOCK_BYTES,
    PIXELS_AT,
    SILENT_S,
    RingHeader,
    RingState,
)
from runtime.publishers.memory_fence import fence

#: Without a new frame, how often the folder is looked at.
LOOK_AGAIN_S: Final = 0.1
TRIES: Final = 4


class SharedMemoryReader:
    """A FrameReader. Takes no lock and cannot hold up the publisher; belongs to one thread.

    Attributes:
        problem, torn, refused: see FrameReader.
    """

    def __init__(
        self, stream: str = STREAM, *, folder: Path | None = None, bell_endpoint: str | None = None
    ) -> None:
        """Look for the ring with the first `read`.

        Args:
            stream: the publisher's name.
            folder: None = this user's own.
            bell_endpoint: the runtime's ZeroMQ port, which rings for every frame; None = poll.
        """
        self.problem = ""
        self.torn = 0
        self.refused = 0
        self._stream = stream
        self._folder = ring_folder() if folder is None else folder
        self._bell = Bell(bell_endpoint)
        self._ring: RingFile | None = None
        self._last = 0
        self._rows: NDArray[np.uint8] = np.empty((0, 0), np.uint8)
        self._pixels: NDArray[np.uint8] = np.empty((0, 0, 4), np.uint8)  # a view into the rows
        self._slot_head = np.empty(PIXELS_AT, np.uint8)
        self._looked_s = self._fresh_s = float("-inf")
        self._beat: tuple[int, float] = (0, 0.0)  # the heartbeat, and when it was first seen to be that
        self._news = News()

    def read(self, timeout_s: float = 0.0) -> ReceivedFrame | None:
        """The newest frame that was not read before; None when none comes in time."""
        ends_s = time.monotonic() + timeout_s
        while True:
            frame = self._newest()
            left_s = ends_s - time.monotonic()
            if frame is not None or left_s <= 0.0:
                return frame
            self._bell.wait(left_s)

    @property
    def is_woken(self) -> bool:
        """Whether the doorbell wakes it, and it need not look again and again."""
        return self._bell.is_heard

    def take_news(self) -> list[str]:
        """What happened to the connection since the last call."""
        return self._news.take()

    def close(self) -> None:
        """Give the file back; may be called twice."""
        self._leave()
        self._bell.close()

    def _newest(self) -> ReceivedFrame | None:
        for _ in range(TRIES):
            now_s = time.monotonic()
            if self._ring is None or now_s - self._fresh_s > LOOK_AGAIN_S:
                self._look(now_s)
            if self._ring is None:
                return None
            try:
                self._ring.check_size()
                number = self._ring.number(LATEST_AT)
                if number in (0, self._last):
                    return None
                header = self._copy(self._ring, number)
            except RingError as error:
                self.refused += 1
                self._leave(f"{self._ring.path.name}: {error}")
                return None
            except FrameHeaderError:
                self.refused += 1
                self._last = number
                return None
            if header is not None:
                self._last, self._fresh_s = number, time.monotonic()
                return ReceivedFrame(
                    pixels=self._pixels,
                    frame_id=header.frame_id,
                    session_id=header.session_id,
                    capture_time_ns=header.capture_time_ns,
                    receive_time_ns=header.receive_time_ns,
                    render_time_ns=header.render_time_ns,
                    arrived_time_ns=time.time_ns(),
                )
            self.torn += 1
        return None

    def _copy(self, ring: RingFile, number: int) -> FrameHeader | None:
        """Copy a frame's pixels; None when it was overwritten meanwhile.

        Raises:
            RingError: the file was cut.
            FrameHeaderError: the slot holds no frame of this ring.
        """
        layout = ring.header
        at = layout.slot_offset(number)
        if not self._is_complete(ring, at, number):
            return None
        ring.copy(at, self._slot_head)
        ring.copy(at + PIXELS_AT, self._rows.reshape(-1))
        fence()
        if not self._is_complete(ring, at, number):
            return None
        # only now is it known that header and pixels belong together
        header = unpack_header(
            self._slot_head[FRAME_AT:].tobytes(),
            message_bytes=PIXELS_AT - FRAME_AT + layout.stride * layout.height,
        )
        if (header.width, header.height, header.stride) != (layout.width, layout.height, layout.stride):
            raise FrameHeaderError("wrong frame size", f"got {header.width} x {header.height} in this ring")
        return header

    def _is_complete(self, ring: RingFile, at: int, number: int) -> bool:
        ends = (at, at + ring.header.slot_bytes - LOCK_BYTES)
        return all(ring.number(end) == 2 * number for end in ends)

    def _look(self, now_s: float) -> None:
        """See whether the ring still lives and whether there is a newer one; at most a few times a second."""
        if now_s - self._looked_s < LOOK_AGAIN_S:
            return
        self._looked_s = now_s
        if self._ring is not None:
            why = self._why_over(self._ring, now_s)
            if why:
                self._leave(f"{self._ring.path.name} {why}")
        if not self._is_ours():
            return
        problem = (
            f"nobody publishes the stream {self._stream!r} in {self._folder}; start it with: "
            "omote run --publish shm" + ("" if self._stream == STREAM else f" --stream {self._stream}")
        )
        for path in ring_files(self._folder, self._stream):
            if self._ring is not None and self._generation(path) <= self._generation(self._ring.path):
                break  # only newer ones are of interest
            try:
                found = RingFile(path)
            except RingError as error:
                problem = f"{path.name}: {error}"
                continue
            except OSError:
                continue  # removed meanwhile, or a link
            if self._has_beaten_lately(found.header):
                self._take(found, now_s)
                return
            found.close()
        if self._ring is None:
            self.problem = problem

    def _generation(self, path: Path) -> int:
        return generation_of(path.name, self._stream) or 0

    def _is_ours(self) -> bool:
        """Whether the folder belongs to this user: everybody may make one in /dev/shm."""
        if os.name != "posix":
            return True
        try:
            is_ours = self._folder.lstat().st_uid == os.getuid()
        except OSError:
            is_ours = True  # there is none yet
        if not is_ours:
            self.problem = f"{self._folder} belongs to another user; have it removed"
        return is_ours

    def _has_beaten_lately(self, header: RingHeader) -> bool:
        return (
            header.state == RingState.RUNNING and abs(time.time_ns() - header.heartbeat_ns) < SILENT_S * 1e9
        )

    def _why_over(self, ring: RingFile, now_s: float) -> str:
        """Why a ring has ended, "" while it lives."""
        try:
            header = ring.header_now()
        except RingError as error:
            self.refused += 1
            return f"makes no sense any more: {error}"
        if header.state != RingState.RUNNING:
            ends = {RingState.REPLACED: "was replaced", RingState.CLOSED: "was closed by its publisher"}
            return next((words for state, words in ends.items() if state == header.state), "has ended")
        if header.heartbeat_ns != self._beat[0]:
            self._beat = (header.heartbeat_ns, now_s)
        # by our own clock: the other one may be set
        silent_s = now_s - self._beat[1]
        return f"is silent: its publisher stopped {silent_s:.0f} s ago" if silent_s > SILENT_S else ""

    def _take(self, found: RingFile, now_s: float) -> None:
        if self._ring is not None:
            self._leave(f"{self._ring.path.name} was left for a newer one")
        layout = found.header
        self._ring, self._last, self.problem = found, 0, ""
        self._beat = (layout.heartbeat_ns, now_s)
        self._rows = np.empty((layout.height, layout.stride), np.uint8)
        self._pixels = self._rows[:, : 4 * layout.width].reshape(layout.height, layout.width, 4)
        self._news.add(f"reading {found.path.name}, {layout.width} x {layout.height}")

    def _leave(self, why: str = "") -> None:
        if self._ring is not None:
            self._ring.close()
            self._ring = None
            if why:
                self._news.add(why)
