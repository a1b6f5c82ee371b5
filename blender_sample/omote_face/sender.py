"""Sender: a thread that sends the newest values of every layer to the runtime, and connects again when it is lost.

    sender = Sender(5570)
    sender.put(Drive(layer="pose", source="blender", values={"yaw": 0.3}))
    sender.close()          # the runtime gets the channels back at once

`put` never waits. What could not be sent in time is replaced by newer values and never sent late.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Final

from .errors import WireError
from .msgpack import encode
from .receiver import RETRY_S
from .zmtp import ZmtpSocket

#: Values hold for so long: a Blender that hangs for a moment keeps the face, one that ended does not.
TTL_S: Final = 0.5
#: The shortest time to live that the protocol allows; sent at the end.
END_TTL_S: Final = 0.05


@dataclass(frozen=True)
class Drive:
    """What is sent for one layer: fields as in docs/protocol.md."""

    layer: str
    source: str
    values: dict[str, float]
    mode: str = "set"
    weight: float = 1.0
    priority: int = 0

    def message(self, *, sequence: int, time_ns: int, ttl_s: float = TTL_S) -> bytes:
        """The control message."""
        return encode(
            {
                "type": "control",
                "layer": self.layer,
                "source": self.source,
                "values": self.values,
                "mode": self.mode,
                "weight": float(self.weight),
                "priority": self.priority,
                "ttl_s": ttl_s,
                "sequence": sequence,
                "capture_time_ns": time_ns,
            }
        )


class Sender:
    """Sends to one runtime. Any thread may call it.

    Attributes:
        port: the runtime's control port.
        sent: messages that were sent.
        problem: why nothing is sent, in words; "" while connected.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.sent = 0
        self.problem = f"no runtime on port {port}; start one with: omote run"
        self._waiting: dict[str, tuple[Drive, int]] = {}
        self._last: dict[str, Drive] = {}
        self._changed = threading.Condition()
        self._ends = threading.Event()
        self._sequence = time.time_ns() // 1_000_000  # above that of an earlier start
        self._thread = threading.Thread(target=self._run, name="omote control", daemon=True)
        self._thread.start()

    def put(self, drive: Drive) -> None:
        """Send this next, instead of anything of its layer that still waits."""
        with self._changed:
            self._waiting[drive.layer] = (drive, time.time_ns())
            self._changed.notify()

    def close(self) -> None:
        """Let the runtime's other drivers take over, and end the thread; may be called twice."""
        self._ends.set()
        with self._changed:
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        failures = 0
        while not self._ends.is_set():
            try:
                with ZmtpSocket(self.port, "PUSH", is_ended=self._ends.is_set) as socket:
                    self.problem, failures = "", 0
                    with self._changed:
                        self._waiting.clear()  # out of date
                    while not self._ends.is_set():
                        self._send(socket)
                    for drive in self._last.values():
                        socket.send(self._message(drive, time.time_ns(), END_TTL_S))
            except (OSError, WireError) as error:
                self.problem = (
                    str(error)
                    if isinstance(error, WireError)
                    else f"no runtime on port {self.port}; start one with: omote run"
                )
                self._ends.wait(RETRY_S[min(failures, len(RETRY_S) - 1)])
                failures += 1

    def _send(self, socket: ZmtpSocket) -> None:
        with self._changed:
            if not self._waiting and not self._ends.is_set():
                self._changed.wait(0.5)
            waiting, self._waiting = list(self._waiting.values()), {}
        for drive, time_ns in waiting:
            socket.send(self._message(drive, time_ns, TTL_S))
            self._last[drive.layer] = drive
            self.sent += 1

    def _message(self, drive: Drive, time_ns: int, ttl_s: float) -> bytes:
        self._sequence += 1
        return drive.message(sequence=self._sequence, time_ns=time_ns, ttl_s=ttl_s)
