"""Errors of the client; each message says what was got, what was expected, and what to do.

OmoteError
├── NoAnswerError          no runtime answers
├── NoFrameError           no frame or motion arrives
├── CommandRefusedError    the runtime answered that it did not do what it was asked
└── ValueRefusedError      a value that the runtime would refuse; also a ValueError
"""

from __future__ import annotations

from protocol.errors import OmoteError


class NoAnswerError(OmoteError):
    """No runtime answers; the message says at which address, and what to do."""


class NoFrameError(OmoteError):
    """No frame or motion arrived in time; the message says why, and what to do."""


class CommandRefusedError(OmoteError):
    """The runtime did not do what it was asked; the message is its reason."""


class ValueRefusedError(OmoteError, ValueError):
    """A layer, channel, value or option that the runtime would refuse; nothing was sent."""
