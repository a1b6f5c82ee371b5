"""Receiver: a thread that subscribes to the runtime's motion, keeps the newest, and connects again when it is lost.

    receiver = Receiver(5572)
    motion = receiver.newest()     # None: nothing new since the last call
    receiver.close()

Blender's timer only asks for the newest motion, so that the network can never make Blender's window wait.
"""

from __future__ import annotations

import threading
import time
from typing import Final

from .errors import WireError
from .motion import TOPIC, Motion, decode_motion
from .recording import Recording
from .zmtp import ZmtpSocket

#: Pauses before the first and before every further attempt to connect.
RETRY_S: Final = (0.1, 0.25, 0.5, 1.0)
#: Without motion for so long, the runtime is reported as silent.
SILENT_S: Final = 1.0


class Receiver:
    """The newest motion of one runtime. Any thread may call it.

    Attributes:
        port: the runtime's publish port.
        received, lost, refused: counts of motions, of frames that never came, and of messages that were damaged.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.received = self.lost = self.refused = 0
        self._lock = threading.Lock()
        self._newest: Motion | None = None
        self._last: Motion | None = None
        self._recording: Recording | None = None
        self._problem = f"no runtime on port {port}; start one with: omote run"
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name="omote motion", daemon=True)
        self._thread.start()

    def newest(self) -> Motion | None:
        """The newest motion, once."""
        with self._lock:
            motion, self._newest = self._newest, None
            return motion

    def problem(self, now_s: float) -> str:
        """Why nothing arrives, in words; "" while motion arrives.

        Args:
            now_s: of `time.perf_counter`.
        """
        with self._lock:
            if self._problem:
                return self._problem
            if self._last is None or now_s - self._last.arrived_s > SILENT_S:
                return f"the runtime on port {self.port} sends no motion"
            return ""

    def record(self, recording: Recording | None) -> None:
        """Add every motion from now on to a recording; None = no longer."""
        with self._lock:
            self._recording = recording

    def close(self) -> None:
        """End the thread and the connection; may be called twice."""
        self._ends.set()
        self._thread.join()

    def _run(self) -> None:
        failures = 0
        while not self._ends.is_set():
            try:
                with ZmtpSocket(self.port, "SUB", is_ended=self._ends.is_set) as socket:
                    socket.subscribe(TOPIC)
                    with self._lock:
                        self._problem = ""
                    failures = 0
                    while not self._ends.is_set():
                        self._read(socket)
            except (OSError, WireError) as error:
                with self._lock:
                    self._problem = _explained(error, self.port)
                self._ends.wait(RETRY_S[min(failures, len(RETRY_S) - 1)])
                failures += 1

    def _read(self, socket: ZmtpSocket) -> None:
        """One message, and then those that came in the meantime."""
        while (parts := socket.receive()) is not None:
            try:
                motion = decode_motion(b"".join(parts), arrived_s=time.perf_counter())
            except WireError:
                self.refused += 1
                if self._ends.is_set():
                    return
                continue
            self._take(motion)
            if self._ends.is_set() or not socket.has_more():
                return

    def _take(self, motion: Motion) -> None:
        with self._lock:
            if self._last is not None:  # a smaller frame id: the runtime was started again
                self.lost += max(motion.frame_id - self._last.frame_id - 1, 0)
            self.received += 1
            self._newest = self._last = motion
            if self._recording is not None:
                self._recording.add(motion.arrived_s, motion.values)


def _explained(error: Exception, port: int) -> str:
    if isinstance(error, WireError):
        return str(error)
    if isinstance(error, ConnectionRefusedError):
        return f"no runtime on port {port}; start one with: omote run"
    return f"no connection to the runtime on port {port} ({error})"
