"""Errors of making avatars from portraits.

OmoteError
└── AuthoringError
    ├── PortraitError   a picture that cannot be read or is not a usable portrait
    └── FaceError       no face, several faces, or a face the head cannot be fitted to
"""

from __future__ import annotations

from protocol.errors import OmoteError


class AuthoringError(OmoteError):
    """Base of everything authoring reports to its user; the message says got, expected, what to do."""


class PortraitError(AuthoringError):
    """A picture cannot be read, or is too small or too large."""


class FaceError(AuthoringError):
    """No face, several faces, or a face that the head cannot be fitted to."""
