"""Errors of the studio.

OmoteError
└── StudioError   data or settings that the studio cannot draw
"""

from __future__ import annotations

from protocol.errors import OmoteError


class StudioError(OmoteError):
    """An error of the studio; the message says what was got, what was expected, and what to do."""
