"""The errors of `omote fleet`, besides those of `cluster.errors`.

OmoteError
└── FleetError      a fleet cannot be started, found or changed
"""

from __future__ import annotations

from protocol.errors import OmoteError


class FleetError(OmoteError):
    """A fleet cannot be started, found or changed; the message says why, and what to do."""
