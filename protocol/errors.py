"""The root of all errors, and those of the wire. Every package has its own tree below `OmoteError`.

OmoteError                what a command prints in one line, without a traceback
├── FileError             a file that cannot be read, or is not what was expected
└── ProtocolError
    ├── CodecError        bytes that are not a message of Omote
    ├── OscError          a datagram that is not OSC, or not for Omote
    ├── FrameHeaderError  bytes before pixels that are not a frame header
    ├── RingError         bytes in shared memory that are not a ring of frames
    ├── ZmtpError         a ZeroMQ connection that breaks the protocol or its limits
    ├── KeyFileError      a file that holds no keys
    └── TakeError         a file that is not a take
"""

from __future__ import annotations


class OmoteError(Exception):
    """Base of every error that Omote reports to its user; the message says got, expected, what to do."""


class FileError(OmoteError):
    """A file that cannot be read, or is not what was expected; the message names the file."""


class ProtocolError(OmoteError):
    """Base of the errors that bytes from outside can raise in this package.

    Attributes:
        reason: short and stable, from a fixed set: the key under which the refusal is counted.
        detail: got and expected, for people to read; may quote the input, at most 200 characters.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail[:200]}" if detail else reason)
        self.reason = reason
        self.detail = detail[:200]


class CodecError(ProtocolError):
    """Bytes that are not a message of Omote."""


class OscError(ProtocolError):
    """A datagram that is not OSC, or an OSC message whose arguments do not fit its address."""


class FrameHeaderError(ProtocolError):
    """Bytes before pixels that are not a frame header."""


class RingError(ProtocolError):
    """Bytes in shared memory that are not a ring of frames."""


class ZmtpError(ProtocolError):
    """A ZeroMQ connection whose peer breaks the protocol, or asks for more than it may."""


class KeyFileError(ProtocolError):
    """A file of keys that is missing or damaged."""


class TakeError(ProtocolError):
    """A file that is not a take, or one of a newer version."""
