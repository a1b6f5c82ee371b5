"""Errors of avatars.

OmoteError
└── AvatarError         an avatar folder that cannot be used
    └── RigSchemaError  an array of its rig that is wrong
"""

from __future__ import annotations

from protocol.errors import OmoteError


class AvatarError(OmoteError):
    """An avatar folder is missing something, too new, or unsafe."""


class RigSchemaError(AvatarError):
    """An array of a rig is wrong; the message names it, what it is and what was expected."""
