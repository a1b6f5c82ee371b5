"""ZMTP 3.0: the server's side of one ZeroMQ connection, as bytes in and messages out. No sockets.

peer = ZmtpPeer("PULL")
socket.sendall(peer.take_output())            # the greeting
for message in peer.feed(socket.recv(16384)): ...

Why not libzmq's sockets: they accept ZMTP 1.0, in which an HTTP request parses as frames, so any web page could send
commands; they buffer the parts of an unfinished message without limit; and they do not report the connection of a
message. Here a connection must begin with a ZMTP 3 greeting, which browsers cannot send, every buffer that a peer
can fill has a limit, and each connection is an object.

Source: ZeroMQ RFC 23 (ZMTP 3.0: greeting, NULL mechanism, frames) and RFC 37 (ZMTP 3.1: PING, SUBSCRIBE, CANCEL).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from protocol.errors import ZmtpError

#: RFC 23, "greeting = signature version mechanism as-server filler", 64 octets.
GREETING: Final = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"NULL".ljust(20, b"\0") + b"\0" + bytes(31)
_SIGNATURE_BYTES: Final = 10
_VERSION_AT: Final = 10
_MECHANISM: Final = slice(12, 32)

#: RFC 23: valid socket types of the peer for each of ours.
_PARTNERS: Final = {
    "PULL": frozenset((b"PUSH",)),
    "ROUTER": frozenset((b"REQ", b"DEALER", b"ROUTER")),
    "PUB": frozenset((b"SUB", b"XSUB")),
}

_MORE: Final = 0x01
_LONG: Final = 0x02
_COMMAND: Final = 0x04
_RESERVED: Final = 0xF8

MAX_PART_BYTES: Final = 64 * 1024
MAX_PARTS: Final = 8
#: Larger frames are not skipped: the connection is closed.
MAX_SKIPPED_BYTES: Final = 1024 * 1024
MAX_COMMAND_BYTES: Final = 1024


@dataclass(frozen=True, slots=True)
class ZmtpMessage:
    """One message of a peer.

    Attributes:
        parts: its parts; empty when it was refused.
        refused: "too large" or "too many parts"; "" when it was accepted.
    """

    parts: list[bytes]
    refused: str = ""


class ZmtpPeer:
    """The protocol state of one connection. Used from one thread.

    Attributes:
        is_ready: whether the handshake is complete, so that messages may be sent.
    """

    def __init__(
        self, socket_type: str, *, max_part_bytes: int = MAX_PART_BYTES, max_parts: int = MAX_PARTS
    ) -> None:
        """Start a connection; the greeting is the first result of `take_output`.

        Args:
            socket_type: our own: "PULL", "ROUTER" or "PUB".
            max_part_bytes: messages with a larger part, or larger in all, are refused.
            max_parts: messages with more parts are refused.
        """
        self._socket_type = socket_type
        self._partners = _PARTNERS[socket_type]
        self._max_part_bytes = max_part_bytes
        self._max_parts = max_parts
        self._input = bytearray()
        self._output = bytearray(GREETING)
        self._is_greeted = False
        self._parts: list[bytes] = []
        self._refused = ""
        self._skip = 0  # bytes still to skip of a part that is too large
        self._skipped_more = False
        self.is_ready = False

    def take_output(self) -> bytes:
        """Bytes to send to the peer now; b"" when there are none."""
        if not self._output:
            return b""
        taken = bytes(self._output)
        self._output.clear()
        return taken

    def feed(self, data: bytes) -> list[ZmtpMessage]:
        """Process received bytes; returns the messages that they complete.

        Raises:
            ZmtpError: the peer does not speak ZMTP 3, has the wrong socket type, or exceeds a limit; close the
                connection.
        """
        self._input += data
        if not self._is_greeted and not self._read_greeting():
            return []
        messages: list[ZmtpMessage] = []
        at = 0
        while True:
            if self._skip:
                size = min(self._skip, len(self._input) - at)
                at += size
                self._skip -= size
                if self._skip:
                    break
                self._end_part(b"", more=self._skipped_more, messages=messages)
            header = _read_header(self._input, at)
            if header is None:
                break
            flags, size, body_at = header
            if flags & _COMMAND:
                if size > MAX_COMMAND_BYTES:
                    raise ZmtpError(
                        "too large", f"a ZMTP command of {size} bytes, expected {MAX_COMMAND_BYTES}"
                    )
                if len(self._input) - body_at < size:
                    break
                at = body_at + size
                self._take_command(bytes(self._input[body_at:at]), messages)
                continue
            if not self.is_ready:
                raise ZmtpError("not ZeroMQ", "a message before the READY command")
            if size > self._max_part_bytes:
                if size > MAX_SKIPPED_BYTES:
                    raise ZmtpError("too large", f"a part of {size} bytes, expected {self._max_part_bytes}")
                self._refused = "too large"
                self._skip, self._skipped_more = size, bool(flags & _MORE)
                at = body_at
                continue
            if len(self._input) - body_at < size:
                break
            at = body_at + size
            self._end_part(bytes(self._input[body_at:at]), more=bool(flags & _MORE), messages=messages)
        del self._input[:at]
        return messages

    def _read_greeting(self) -> bool:
        """Read the greeting; False while it is incomplete. An HTTP request is refused at its first byte."""
        got = self._input
        if got and (got[0] != 0xFF or (len(got) >= _SIGNATURE_BYTES and got[9] & 0x7F != 0x7F)):
            raise ZmtpError("not ZeroMQ", f"{bytes(got[:12])!r} is no ZMTP greeting")
        if len(got) > _VERSION_AT and got[_VERSION_AT] < 3:
            raise ZmtpError(
                "old ZeroMQ", "ZMTP 3 (libzmq 4, NetMQ 4) is expected; update the sender's library"
            )
        if len(got) < len(GREETING):
            return False
        mechanism = bytes(got[_MECHANISM]).rstrip(b"\0")
        if mechanism != b"NULL":
            raise ZmtpError(
                "wrong mechanism", f"{mechanism!r}; this port asks for no key: connect without one"
            )
        del got[: len(GREETING)]
        self._is_greeted = True
        self._output += encode_command(b"READY", _property(b"Socket-Type", self._socket_type.encode()))
        return True

    def _take_command(self, body: bytes, messages: list[ZmtpMessage]) -> None:
        name, rest = _split_name(body)
        if not self.is_ready:
            if name != b"READY":
                raise ZmtpError("not ZeroMQ", f"{name!r} where READY is expected")
            kind = _properties(rest).get(b"socket-type", b"")
            if kind not in self._partners:
                raise ZmtpError(
                    "wrong socket type",
                    f"{kind.decode(errors='replace')}; expected "
                    + " or ".join(sorted(partner.decode() for partner in self._partners)),
                )
            self.is_ready = True
        elif name == b"PING":  # two octets of time to live, then the context that PONG returns
            self._output += encode_command(b"PONG", rest[2:18])
        elif name in (b"SUBSCRIBE", b"CANCEL"):
            messages.append(ZmtpMessage([(b"\1" if name == b"SUBSCRIBE" else b"\0") + rest]))
        elif name == b"ERROR":
            raise ZmtpError("refused by the peer", repr(rest[:80]))

    def _end_part(self, body: bytes, *, more: bool, messages: list[ZmtpMessage]) -> None:
        if not self._refused:
            if len(self._parts) >= self._max_parts:
                self._refused = "too many parts"
            elif sum(map(len, self._parts)) + len(body) > self._max_part_bytes:
                self._refused = "too large"
            else:
                self._parts.append(body)
        if self._refused:
            self._parts = []
        if not more:
            messages.append(ZmtpMessage(self._parts, self._refused))
            self._parts, self._refused = [], ""


def encode_message(parts: Sequence[bytes]) -> bytes:
    """Encode a message as frames."""
    out = bytearray()
    for number, part in enumerate(parts, 1):
        out += frame_header(len(part), more=number < len(parts))
        out += part
    return bytes(out)


def frame_header(size: int, *, more: bool = False) -> bytes:
    """Encode the frame header of a part of `size` bytes."""
    flags = _MORE if more else 0
    if size > 255:
        return bytes((flags | _LONG,)) + size.to_bytes(8, "big")
    return bytes((flags, size))


def encode_command(name: bytes, data: bytes) -> bytes:
    """Encode a command as a frame."""
    body = bytes((len(name),)) + name + data
    if len(body) > 255:
        return bytes((_COMMAND | _LONG,)) + len(body).to_bytes(8, "big") + body
    return bytes((_COMMAND, len(body))) + body


def _read_header(data: bytearray, at: int) -> tuple[int, int, int] | None:
    """Flags, size and offset of the body; None while the header is incomplete."""
    left = len(data) - at
    if left < 2:
        return None
    flags = data[at]
    if flags & _RESERVED or (flags & _COMMAND and flags & _MORE):
        raise ZmtpError("not ZeroMQ", f"frame flags 0x{flags:02x}")
    if not flags & _LONG:
        return flags, data[at + 1], at + 2
    if left < 9:
        return None
    return flags, int.from_bytes(data[at + 1 : at + 9], "big"), at + 9


def _split_name(body: bytes) -> tuple[bytes, bytes]:
    if not body or len(body) < 1 + body[0]:
        raise ZmtpError("not ZeroMQ", "a command without a name")
    return body[1 : 1 + body[0]], body[1 + body[0] :]


def _property(name: bytes, value: bytes) -> bytes:
    return bytes((len(name),)) + name + len(value).to_bytes(4, "big") + value


def _properties(data: bytes) -> dict[bytes, bytes]:
    """READY's metadata, names in lower case (they are case-insensitive)."""
    found: dict[bytes, bytes] = {}
    while data:
        name, rest = _split_name(data)
        size = int.from_bytes(rest[:4], "big")
        if len(rest) < 4 + size:
            raise ZmtpError("not ZeroMQ", "damaged READY")
        found[name.lower()] = rest[4 : 4 + size]
        data = rest[4 + size :]
    return found
