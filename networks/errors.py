"""The errors of networks as torch modules.

OmoteError
└── NetworkError
    └── CheckpointError    weights that a network cannot take
"""

from __future__ import annotations

from protocol.errors import OmoteError


class NetworkError(OmoteError):
    """Base; the message says what it got, what it expected and what to do."""


class CheckpointError(NetworkError):
    """A file of weights is missing, unreadable, or not of the network it was read for."""
