"""Errors of measuring.

OmoteError
└── MeasureError   a report, probes or samples cannot be made with these settings
"""

from __future__ import annotations

from protocol.errors import OmoteError


class MeasureError(OmoteError):
    """A measurement cannot run; the message says what was given, what is expected, and what to do."""
