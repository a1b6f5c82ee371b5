"""Errors of avatars.

OmoteError
└── AvatarError   an avatar folder that cannot be used
"""

from __future__ import annotations

from protocol.errors import OmoteError


class AvatarError(OmoteError):
    """An avatar folder is missing something, too new, or unsafe."""
