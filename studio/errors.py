"""Errors of the studio.

OmoteError
└── StudioError   data or a setting that cannot be drawn
"""

from __future__ import annotations

from protocol.errors import OmoteError


class StudioError(OmoteError):
    """What the studio reports to its user; the message says got, expected, what to do."""
