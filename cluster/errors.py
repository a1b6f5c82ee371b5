"""The errors of work on a Ray cluster.

OmoteError
└── ClusterError        a cluster cannot do what is asked of it
    └── NoRayError      Ray is not installed, does not answer, or is of another version
"""

from __future__ import annotations

from protocol.errors import OmoteError


class ClusterError(OmoteError):
    """A cluster has no room, or no such node; the message says what there is, and what to do."""


class NoRayError(ClusterError):
    """Ray is not installed, does not answer, or is of another version; the message says which, and what to do."""
