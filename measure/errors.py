"""Errors of measuring.

OmoteError
└── MeasureError   a report, probes or samples that cannot be had with these settings
"""

from __future__ import annotations

from protocol.errors import OmoteError


class MeasureError(OmoteError):
    """What measuring reports to its user; the message says got, expected, what to do."""
