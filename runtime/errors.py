"""The runtime's errors.

OmoteError
└── RuntimeFailure
    ├── ConfigError       a setting that is unknown or out of range
    ├── BackgroundError   a background that does not exist or cannot be shown
    ├── SupersededError   an avatar that a newer request has replaced before it was worn
    ├── RenderError       an engine that cannot draw
    ├── PublishError      a publisher that cannot send frames any more
    │   └── UnavailableError  a publisher or a way to hear keys that this machine does not have
    ├── TrackerError      a tracker that cannot be started
    ├── TriggerError      a look or an emotion that does not exist or cannot be kept
    ├── TakeCommandError  a take that cannot be recorded or replayed
    └── PortInUseError    a port that another program holds
"""

from __future__ import annotations

from protocol.errors import OmoteError


class RuntimeFailure(OmoteError):
    """Base of all errors of the runtime; the message says what it got, what it expected and what to do."""


class ConfigError(RuntimeFailure):
    """A setting is unknown or out of range."""


class BackgroundError(RuntimeFailure):
    """A background does not exist, or cannot be shown."""


class SupersededError(RuntimeFailure):
    """An avatar that a newer request has replaced before it was worn."""


class RenderError(RuntimeFailure):
    """An engine cannot draw."""


class PublishError(RuntimeFailure):
    """A publisher cannot send frames; the loop opens it again later."""


class TakeCommandError(RuntimeFailure):
    """A take cannot be recorded or replayed."""


class TriggerError(RuntimeFailure):
    """A look or an emotion does not exist, or cannot be kept."""


class TrackerError(RuntimeFailure):
    """A tracker cannot be started."""


class UnavailableError(PublishError):
    """A publisher, or a way to hear keys, for another system or from an extra that is not installed."""


class PortInUseError(RuntimeFailure):
    """A port is held by another program."""
