"""SharedMemoryPublisher: frames into a ring that any number of programs on this machine read as they like.

publisher = SharedMemoryPublisher()
publisher.publish(frame)

Readers: omote/readers/shared_memory.py, unity_sample/, unreal_sample/, examples/read_shared_memory.py.
"""

from __future__ import annotations

from pathlib import Path

from protocol.frames.ring_files import STREAM, ring_folder
from protocol.frames.ring_header import MIN_SLOTS, RingState
from protocol.messages import Status
from runtime.errors import PublishError
from runtime.frames.frame import Frame
from runtime.publishers.doorbell import Doorbell
from runtime.publishers.ring_folder import prepare_ring_folder, sweep_ring_folder
from runtime.publishers.ring_writer import RingWriter


class SharedMemoryPublisher:
    """Never waits: readers take no lock, and one that is slow finds a newer frame in its slot.

    Threads: every method from the loop's thread; a heartbeat runs on one of its own.
    """

    name = "shm"

    def __init__(
        self,
        stream: str = STREAM,
        *,
        folder: Path | None = None,
        slot_count: int = MIN_SLOTS,
        doorbell: Doorbell | None = None,
    ) -> None:
        """Prepare the folder; the file is made with the first frame, which has its size.

        Args:
            stream: the name by which readers find it.
            folder: None = this user's own.
            slot_count: frames in the ring, at least 3.
            doorbell: rung after every frame.

        Raises:
            PublishError: the folder cannot be used.
        """
        self._stream = stream
        self._folder = ring_folder() if folder is None else folder
        self._slot_count = slot_count
        self._doorbell = doorbell
        self._ring: RingWriter | None = None
        self._is_closed = False
        prepare_ring_folder(self._folder)
        sweep_ring_folder(self._folder)

    @property
    def detail(self) -> str:
        """Which file, and what is in it."""
        ring = self._ring
        if ring is None:
            return f"stream {self._stream} in {self._folder}, no frame yet"
        return f"{ring.path}, {ring.width} x {ring.height}, {self._slot_count} slots"

    def publish(self, frame: Frame) -> None:
        """Write a frame; another size makes a new ring and ends the old one.

        Raises:
            PublishError: no room for a ring, or its file was cut.
        """
        if self._is_closed:
            raise PublishError("shared memory is closed")
        height, width = frame.pixels.shape[:2]
        ring = self._ring
        if ring is None or (ring.width, ring.height) != (width, height):
            made = RingWriter(
                self._folder, self._stream, width=width, height=height, slot_count=self._slot_count
            )
            if ring is not None:
                ring.close(RingState.REPLACED)
            self._ring = ring = made
        number = ring.write(frame)
        if self._doorbell is not None:
            self._doorbell.ring(ring.session_id, number)

    def publish_status(self, status: Status) -> None:
        """Pictures only; but look whether readers can still find the file.

        Raises:
            PublishError: the file was cut or removed.
        """
        if self._ring is not None:
            self._ring.check_size()
            self._ring.check_place()

    def close(self) -> None:
        """Tell readers, and remove the file; may be called twice."""
        self._is_closed = True
        if self._ring is not None:
            self._ring.close(RingState.CLOSED)
            self._ring = None
