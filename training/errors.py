"""Errors of training. TrainingError is the only one."""

from __future__ import annotations

from protocol.errors import OmoteError


class TrainingError(OmoteError):
    """Data or options that training cannot use; the message says what to do."""
