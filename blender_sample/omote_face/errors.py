"""Errors of the add-on.

OmoteError          text for people: got, expected, what to do
├── WireError       the runtime's bytes are not what they should be
└── ClipError       a file that cannot be imported or exported
"""

from __future__ import annotations


class OmoteError(Exception):
    """Base of this package's errors; its text is shown to the user."""


class WireError(OmoteError):
    """The other side does not speak as docs/protocol.md says."""


class ClipError(OmoteError):
    """A file cannot be imported or exported."""
