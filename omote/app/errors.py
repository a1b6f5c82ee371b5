"""The errors of `omote app`.

OmoteError
└── NoWindowError   a window that cannot be opened here
"""

from __future__ import annotations

from protocol.errors import OmoteError


class NoWindowError(OmoteError):
    """No window can be opened; the message says what is missing and what to do."""
