"""SharedMemoryPublisher: writes frames into a ring in shared memory, for any number of readers on this machine.

publisher = SharedMemoryPublisher()
publisher.publish(frame)

Readers: omote/readers/shared_memory.py, unity_sample/, unreal_sample/ (obs_sample/ uses its reader), and
examples/read_shared_memory.py.
"""

from __future__ import annotations

from pathlib import Path

from protocol.frames.ring_files import STREAM, is_private, ring_folder, ring_folders
from protocol.frames.ring_header import MIN_SLOTS, RingState
from protocol.messages import Status
from runtime.errors import PublishError
from runtime.frames.frame import Frame
from runtime.publishers.doorbell import Doorbell
from runtime.publishers.ring_folder import prepare_ring_folder, remove_stale_rings
from runtime.publishers.ring_writer import RingWriter


class SharedMemoryPublisher:
    """Never waits: readers take no lock; a slow reader finds that its slot has a newer frame.

    Threads: every method from the loop's thread; the heartbeat has a thread of its own.
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
        """Prepare the folder. The file is created with the first frame, because its size depends on it.

        Args:
            stream: the name by which readers find the ring.
            folder: None = this user's own.
            slot_count: frames in the ring, at least 3.
            doorbell: notified of every frame.

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
        remove_stale_rings(self._folder)
        if folder is None:
            for other in filter(is_private, ring_folders()[1:]):
                remove_stale_rings(other)

    @property
    def detail(self) -> str:
        """The file, and the size of its frames."""
        ring = self._ring
        if ring is None:
            return f"stream {self._stream} in {self._folder}, no frame yet"
        return f"{ring.path}, {ring.width} x {ring.height}, {self._slot_count} slots"

    def publish(self, frame: Frame) -> None:
        """Write a frame; a frame of another size creates a new ring and closes the old one.

        Raises:
            PublishError: a ring cannot be created, or its file was truncated.
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
            self._doorbell.notify(ring.session_id, number)

    def publish_status(self, status: Status) -> None:
        """Send no status, but check that readers can still find the file.

        Raises:
            PublishError: the file was truncated or removed.
        """
        if self._ring is not None:
            self._ring.check_size()
            self._ring.check_place()

    def close(self) -> None:
        """Mark the ring as closed for its readers and remove the file; may be called twice."""
        self._is_closed = True
        if self._ring is not None:
            self._ring.close(RingState.CLOSED)
            self._ring = None
