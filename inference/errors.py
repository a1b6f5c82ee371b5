"""The errors of networks.

OmoteError
└── InferenceError
    ├── ModelError       a network's files that cannot be used
    └── ProviderError    a provider that cannot run a network here
"""

from __future__ import annotations

from protocol.errors import OmoteError


class InferenceError(OmoteError):
    """Base of the errors of networks; the message says what it got, what it expected and what to do."""


class ModelError(InferenceError):
    """The files of a network are missing, damaged, or of another version."""


class ProviderError(InferenceError):
    """A provider cannot run a network on this machine, or there is none of such a name."""
