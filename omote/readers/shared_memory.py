"""SharedMemoryReader: the newest frame from the shared-memory ring of a runtime on this machine.

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

from omote.readers.connection_events import ConnectionEvents
from omote.readers.doorbell_listener import DoorbellListener
from omote.readers.reader import ReceivedFrame
from omote.readers.ring_file import RingFile
from protocol.errors import FrameHeaderError, RingError
from protocol.frames.frame_header import FrameHeader, unpack_header
from protocol.frames.ring_files import STREAM, generation_of, ring_files, ring_folders
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

#: Least time between two searches of the folder while no new frame arrives.
SEARCH_S: Final = 0.1
TRIES: Final = 4  # of copying a frame before the publisher overwrites it


class SharedMemoryReader:
    """A FrameReader. Takes no lock and cannot delay the publisher. Use it from one thread.

    Attributes:
        problem: why no frames arrive now, and what to do; "" while they do.
        torn: frames that the publisher overwrote while they were copied.
        refused: frames and files that were not valid.
    """

    def __init__(
        self, stream: str = STREAM, *, folder: Path | None = None, doorbell_endpoint: str | None = None
    ) -> None:
        """Store where to search; the first `read` opens the ring.

        Args:
            stream: the publisher's name.
            folder: of the ring's files; None = this user's own, wherever the runtime puts them.
            doorbell_endpoint: the runtime's ZeroMQ port, which publishes a message for every frame; None = poll.
        """
        self.problem = ""
        self.torn = 0
        self.refused = 0
        self._stream = stream
        self._folders = ring_folders() if folder is None else [folder]
        self._doorbell = DoorbellListener(doorbell_endpoint)
        self._ring: RingFile | None = None
        self._last = 0
        self._rows: NDArray[np.uint8] = np.empty((0, 0), np.uint8)
        self._pixels: NDArray[np.uint8] = np.empty((0, 0, 4), np.uint8)  # a view into the rows
        self._slot_head = np.empty(PIXELS_AT, np.uint8)
        self._searched_s = self._new_frame_s = float("-inf")
        self._heartbeat: tuple[int, float] = (0, 0.0)  # its value, and when it was first read
        self._events = ConnectionEvents()

    def read(self, timeout_s: float = 0.0) -> ReceivedFrame | None:
        """Return the newest frame not returned before; None when none arrives in time."""
        ends_s = time.monotonic() + timeout_s
        while True:
            frame = self._newest()
            left_s = ends_s - time.monotonic()
            if frame is not None or left_s <= 0.0:
                return frame
            self._doorbell.wait(left_s)

    @property
    def is_woken(self) -> bool:
        """Whether doorbell messages arrive, so that `read` need not poll."""
        return self._doorbell.is_heard

    def take_events(self) -> list[str]:
        """What happened to the connection since the last call, one line per event."""
        return self._events.take()

    def close(self) -> None:
        """Close the file and the doorbell's socket; may be called twice."""
        self._leave()
        self._doorbell.close()

    def _newest(self) -> ReceivedFrame | None:
        for _ in range(TRIES):
            now_s = time.monotonic()
            if self._ring is None or now_s - self._new_frame_s > SEARCH_S:
                self._search(now_s)
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
                self._last, self._new_frame_s = number, time.monotonic()
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
        """Copy a frame's pixels; None when the publisher overwrote it during the copy.

        Raises:
            RingError: the file was truncated.
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
        # Only after the second check do header and pixels certainly belong together.
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

    def _search(self, now_s: float) -> None:
        """Leave a ring that ended, and open the newest running one; at most once in SEARCH_S."""
        if now_s - self._searched_s < SEARCH_S:
            return
        self._searched_s = now_s
        if self._ring is not None:
            end = self._end_of(self._ring, now_s)
            if end:
                self._leave(f"{self._ring.path.name} {end}")
        problem = (
            f"no program publishes the stream {self._stream!r} in {self._folders[0]}; start the runtime with: "
            "omote run --publish shm" + ("" if self._stream == STREAM else f" --stream {self._stream}")
        )
        for folder in self._folders:
            if not _is_own(folder):
                problem = f"{folder} belongs to another user; that user or an administrator must remove it"
                continue
            for path in ring_files(folder, self._stream):
                if self._ring is not None and not self._is_newer(path, self._ring.path):
                    return  # the rest is older than the open ring
                try:
                    found = RingFile(path)
                except RingError as error:
                    problem = f"{path.name}: {error}"
                    continue
                except OSError:
                    continue  # removed since it was listed, or a link
                if self._is_running(found.header):
                    self._open(found, now_s)
                    return
                found.close()
        if self._ring is None:
            self.problem = problem

    def _is_newer(self, path: Path, opened: Path) -> bool:
        """Whether a ring is in a folder that is searched first, or newer in the folder of the open one."""
        newer, older = (generation_of(one.name, self._stream) or 0 for one in (path, opened))
        return path.parent != opened.parent or newer > older

    def _is_running(self, header: RingHeader) -> bool:
        return (
            header.state == RingState.RUNNING and abs(time.time_ns() - header.heartbeat_ns) < SILENT_S * 1e9
        )

    def _end_of(self, ring: RingFile, now_s: float) -> str:
        """How a ring ended, for people; "" while its publisher runs."""
        try:
            header = ring.header_now()
        except RingError as error:
            self.refused += 1
            return f"is damaged: {error}"
        if header.state != RingState.RUNNING:
            ends = {RingState.REPLACED: "was replaced", RingState.CLOSED: "was closed by its publisher"}
            return next((words for state, words in ends.items() if state == header.state), "has ended")
        if header.heartbeat_ns != self._heartbeat[0]:
            self._heartbeat = (header.heartbeat_ns, now_s)
        # Measured on our monotonic clock: the system clock may be changed.
        silent_s = now_s - self._heartbeat[1]
        return f"is silent: its publisher stopped {silent_s:.0f} s ago" if silent_s > SILENT_S else ""

    def _open(self, found: RingFile, now_s: float) -> None:
        if self._ring is not None:
            self._leave(f"{self._ring.path.name} was left for a newer one")
        layout = found.header
        self._ring, self._last, self.problem = found, 0, ""
        self._heartbeat = (layout.heartbeat_ns, now_s)
        self._rows = np.empty((layout.height, layout.stride), np.uint8)
        self._pixels = self._rows[:, : 4 * layout.width].reshape(layout.height, layout.width, 4)
        self._events.add(f"reading {found.path.name}, {layout.width} x {layout.height}")

    def _leave(self, why: str = "") -> None:
        if self._ring is not None:
            self._ring.close()
            self._ring = None
            if why:
                self._events.add(why)


def _is_own(folder: Path) -> bool:
    """Whether the folder belongs to this user, or does not exist yet: any user can make a folder in /dev/shm."""
    if os.name != "posix":
        return True
    try:
        return folder.lstat().st_uid == os.getuid()
    except OSError:
        return True
