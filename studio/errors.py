"""Training's errors.

TrainingError   data, weights or a setting that cannot be used
"""

from __future__ import annotations


class TrainingError(Exception):
    """What training reports to its user; the message says got, expected, what to do."""
