"""ZmtpSocket: the client's side of one ZeroMQ connection, with the standard library.

    with ZmtpSocket(5572, "SUB") as socket:
        socket.subscribe(b"OMOTEMOT")
        parts = socket.receive()           # None: nothing came within a tenth of a second

Blender has no pyzmq, and its compiled wheels would need one file per system and Python; ZMTP 3.0 without encryption is
short. Only for a runtime on this machine: one on another machine asks for a key (CURVE), which this does not have.

Source: ZeroMQ RFC 23 (ZMTP 3.0: greeting, NULL mechanism, frames).
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from types import TracebackType
from typing import Final

from .errors import WireError

HOST: Final = "127.0.0.1"
#: RFC 23, "greeting = signature version mechanism as-server filler", 64 octets.
GREETING: Final = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"NULL".ljust(20, b"\0") + b"\0" + bytes(31)

_MORE: Final = 0x01
_LONG: Final = 0x02
_COMMAND: Final = 0x04
#: Larger messages, and those of more parts, close the connection; motion has one part of about 800 bytes.
MAX_BYTES: Final = 1 << 20
MAX_PARTS: Final = 16
_READ_BYTES: Final = 1 << 16
#: Longest that `receive` waits, so that its thread can be stopped.
WAIT_S: Final = 0.1
#: Longest for the connection and for a message to leave.
TIMEOUT_S: Final = 2.0


class ZmtpSocket:
    """One connection. Used from one thread.

    Args:
        port: of the runtime, on this machine.
        kind: our socket type: "SUB" or "PUSH".
        is_ended: whether to give up the handshake; asked every `WAIT_S`.

    Raises:
        OSError: no program listens there, or it does not answer.
        WireError: it does not speak ZMTP 3.
    """

    def __init__(self, port: int, kind: str, *, is_ended: Callable[[], bool] = lambda: False) -> None:
        self._input = bytearray()
        self._parts: list[bytes] = []
        self._socket = socket.create_connection((HOST, port), TIMEOUT_S)
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._shake_hands(kind, is_ended)
        except BaseException:
            self._socket.close()
            raise

    def subscribe(self, topic: bytes) -> None:
        """Ask a publisher for the messages that begin with this topic.

        Raises:
            OSError: the connection broke.
        """
        self.send(b"\1" + topic)

    def send(self, message: bytes) -> None:
        """Send a message of one part.

        Raises:
            OSError: the connection broke, or the runtime does not read.
        """
        self._socket.settimeout(TIMEOUT_S)
        self._socket.sendall(_frame(message, 0))

    def receive(self) -> list[bytes] | None:
        """The parts of the next message; None when none came within `WAIT_S`, or its end has not come yet.

        Reads once at most, so that a program that sends without end cannot hold the thread.

        Raises:
            OSError: the connection broke, or the runtime ended.
            WireError: what came is no ZMTP, or is too large.
        """
        has_read = False
        while True:
            found = self._next_frame()
            if found is None:
                if has_read or not self._fill(WAIT_S):
                    return None
                has_read = True
                continue
            flags, body = found
            if flags & _COMMAND:
                self._answer(body)
                continue
            self._parts.append(body)
            size = sum(map(len, self._parts))
            if len(self._parts) > MAX_PARTS or size > MAX_BYTES:
                raise WireError(
                    f"got a message of {len(self._parts)} parts and {size} bytes so far, "
                    f"expected at most {MAX_PARTS} and {MAX_BYTES}"
                )
            if not flags & _MORE:
                parts, self._parts = self._parts, []
                return parts

    def has_more(self) -> bool:
        """Whether another message may be read without waiting: a reader that is behind skips to the newest."""
        if self._is_whole_frame():
            return True
        self._socket.settimeout(0.0)
        try:
            data = self._socket.recv(_READ_BYTES)
        except (BlockingIOError, TimeoutError):
            return False
        self._take(data)
        return self._is_whole_frame()

    def close(self) -> None:
        """Close the connection; may be called twice."""
        self._socket.close()

    def __enter__(self) -> ZmtpSocket:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _shake_hands(self, kind: str, is_ended: Callable[[], bool]) -> None:
        ready = b"\x05READY" + _property(b"Socket-Type", kind.encode()) + _property(b"Identity", b"")
        self._socket.sendall(GREETING)
        self._wait(lambda: len(self._input) >= len(GREETING), is_ended)
        greeting = bytes(self._input[: len(GREETING)])
        del self._input[: len(GREETING)]
        if greeting[0] != 0xFF or greeting[9] & 0x7F != 0x7F or greeting[10] < 3:
            raise WireError(f"got {greeting[:12]!r}, expected a ZeroMQ greeting; is it Omote's port?")
        if greeting[12:32].rstrip(b"\0") != b"NULL":
            raise WireError(
                "this runtime asks for a key, which this add-on does not have; run it on this machine"
            )
        self._socket.sendall(_frame(ready, _COMMAND))
        self._wait(self._is_whole_frame, is_ended)
        found = self._next_frame()
        assert found is not None
        if not found[0] & _COMMAND or not found[1].startswith(b"\x05READY"):
            raise WireError(f"the runtime refused the connection: {found[1][:80]!r}")

    def _wait(self, has_come: Callable[[], bool], is_ended: Callable[[], bool]) -> None:
        """Read until it has come, at most `TIMEOUT_S`."""
        left = round(TIMEOUT_S / WAIT_S)
        while not has_come():
            if not self._fill(WAIT_S):
                left -= 1
            if left <= 0 or is_ended():
                raise WireError("the program on this port ends no ZeroMQ greeting; is it Omote's port?")

    def _answer(self, body: bytes) -> None:
        """RFC 37: a PING has two octets of time to live, then the context that PONG returns."""
        if body.startswith(b"\x04PING"):
            self._socket.settimeout(TIMEOUT_S)
            self._socket.sendall(_frame(b"\x04PONG" + body[7:23], _COMMAND))

    def _fill(self, wait_s: float) -> bool:
        """Read what has come; False when nothing does within `wait_s`."""
        self._socket.settimeout(wait_s)
        try:
            data = self._socket.recv(_READ_BYTES)
        except TimeoutError:
            return False
        self._take(data)
        return True

    def _take(self, data: bytes) -> None:
        if not data:
            raise ConnectionResetError("the runtime closed the connection")
        self._input += data

    def _is_whole_frame(self) -> bool:
        header = self._header()
        return header is not None and len(self._input) >= header[1] + header[2]

    def _next_frame(self) -> tuple[int, bytes] | None:
        """Flags and body of the first frame; None while it is incomplete."""
        header = self._header()
        if header is None or len(self._input) < header[1] + header[2]:
            return None
        flags, begin, size = header
        body = bytes(self._input[begin : begin + size])
        del self._input[: begin + size]
        return flags, body

    def _header(self) -> tuple[int, int, int] | None:
        """Flags, where the body begins, and its size."""
        if len(self._input) < 2:
            return None
        flags = self._input[0]
        if flags & ~(_MORE | _LONG | _COMMAND):
            raise WireError(f"got the ZeroMQ flags {flags:#x}, whose upper bits must be 0")
        if not flags & _LONG:
            return flags, 2, self._input[1]
        if len(self._input) < 9:
            return None
        (size,) = struct.unpack_from(">Q", self._input, 1)
        if size > MAX_BYTES:
            raise WireError(f"got a message of {size} bytes, expected at most {MAX_BYTES}")
        return flags, 9, size


def _frame(body: bytes, flags: int) -> bytes:
    if len(body) < 256:
        return bytes((flags, len(body))) + body
    return struct.pack(">BQ", flags | _LONG, len(body)) + body


def _property(name: bytes, value: bytes) -> bytes:
    return bytes([len(name)]) + name + struct.pack(">I", len(value)) + value
