"""The runtime's errors.

OmoteError
└── RuntimeFailure
    ├── ConfigError       a setting that cannot be used
    ├── RenderError       an engine that cannot draw
    ├── PublishError      a publisher that cannot send frames any more
    │   └── UnavailableError  a publisher that this machine does not have
    ├── TakeCommandError  a take that cannot be recorded or replayed
    └── PortInUseError    a port that another program holds
"""

from __future__ import annotations

from protocol.errors import OmoteError


class RuntimeFailure(OmoteError):
    """Base of everything the runtime reports to its user; the message says got, expected, what to do."""


class ConfigError(RuntimeFailure):
    """A setting is unknown or out of range."""


class RenderError(RuntimeFailure):
    """An engine cannot draw."""


class PublishError(RuntimeFailure):
    """A publisher's road is gone; the loop reopens it."""


class TakeCommandError(RuntimeFailure):
    """A take cannot be recorded or replayed."""


class UnavailableError(PublishError):
    """A road that this machine does not have: another system's, or of an extra that is not installed."""


class PortInUseError(RuntimeFailure):
    """A port is held by another program."""
