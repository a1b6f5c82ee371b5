"""Checks of numbers from the command line."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from training.errors import TrainingError


def check_limits(options: argparse.Namespace, limits: Mapping[str, tuple[float, float]]) -> None:
    """Check that every option lies within its limits.

    Args:
        limits: name of the option -> smallest and largest value.

    Raises:
        TrainingError: says the option, what was given and what is expected.
    """
    for name, (low, high) in limits.items():
        value = getattr(options, name)
        if not low <= value <= high:  # also refuses nan
            raise TrainingError(f"--{name.replace('_', '-')} {value:g}, expected {low:g} to {high:g}")
