"""Parses an emotion as typed on a command line: `happy=0.8`, or `happy` alone."""

from __future__ import annotations

import math

from protocol.channels import EMOTIONS


def parse_emotion(text: str) -> tuple[str, float | None]:
    """Split `NAME=0..1` into the emotion's name and its intensity.

    Returns:
        One of EMOTIONS, and the intensity, 0..1; None where the text has no `=`.

    Raises:
        ValueError: an unknown emotion, or an intensity that is not a number from 0 to 1.
    """
    name, equals, number = text.partition("=")
    if name not in EMOTIONS:
        raise ValueError(f"{text}, expected NAME=0..1 with one of {', '.join(EMOTIONS)}")
    if not equals:
        return name, None
    try:
        intensity = float(number)
    except ValueError:
        intensity = math.nan
    if not 0.0 <= intensity <= 1.0:
        raise ValueError(f"{text}, expected a number from 0 to 1 after {name}=")
    return name, intensity
