"""The runtime's errors.

RuntimeFailure
├── AvatarError       an avatar folder that cannot be used
├── ConfigError       a setting that cannot be used
├── RenderError       an engine that cannot draw
├── PublishError      a publisher whose road is gone
│   └── UnavailableError  a road that this machine does not have
├── TakeCommandError  a take that cannot be recorded or replayed
└── PortInUseError    a port another program holds
"""

from __future__ import annotations


class RuntimeFailure(Exception):
    """Base of everything the runtime reports to its user; the message says got, expected, what to do."""


class AvatarError(RuntimeFailure):
    """An avatar folder is missing something, too new, or unsafe."""


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
