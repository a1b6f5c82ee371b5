"""Brows: hair strokes painted into the skin's texture, so that they move with the skin.

strokes = brow_strokes(landmarks_uv, look)     # (N, 4, 5): corners of thin quads
"""

from __future__ import annotations

from typing import Final

import numpy as np

from studio.arrays import Reals
from studio.look import Look
from studio.seeds import random_of

#: Number of strokes of one brow at density 1.
_STROKES: Final = 520


def brow_strokes(landmarks_uv: Reals, look: Look) -> Reals:
    """Strokes of both brows of a look.

    Args:
        landmarks_uv: (68, 2) texture coordinates of the Multi-PIE landmarks; 17 to 26 are the brows.

    Returns:
        (N, 4, 5) float32 quads. Each corner: u and v over both texture tiles, position across the stroke -1..1 and
        along it 0..1, and tone.
    """
    if look.style == "anime":
        return _anime_brows(landmarks_uv, look)
    random = random_of("brows", look.seed)
    thickness, arch, density = look.brow
    count = int(_STROKES * density)
    quads = []
    for ends in (landmarks_uv[17:22][::-1], landmarks_uv[22:27]):  # each from the nose outwards
        outward = np.sign(ends[-1, 0] - ends[0, 0])
        along = np.sort(random.uniform(size=count)) ** 0.92
        line = _line(ends, along, arch)
        # random variation of the width along each brow
        uneven = 1.0 + 0.16 * np.sin(along * random.uniform(7, 12) + random.uniform(0, 6.28))
        width = (
            0.0175
            * thickness
            * np.interp(along, (0, 0.08, 0.3, 0.7, 1.0), (0.60, 0.95, 1.0, 0.66, 0.18))
            * uneven
        )
        # denser in the middle than at the border
        height = np.clip(random.normal(0.0, 0.30, count), -0.7, 0.7)
        start = line + np.stack([np.zeros(count), height * width], 1)
        # direction: upwards near the nose, along the brow further out; upper hairs point down, lower ones up
        lean = np.interp(along, (0, 0.12, 0.4, 1.0), (1.15, 0.80, 0.36, -0.22)) - 0.6 * height * (
            along > 0.15
        )
        lean += random.normal(0, 0.19, count)
        length = (
            0.022
            * (0.55 + 0.75 * random.uniform(size=count))
            * np.interp(along, (0, 0.5, 1), (0.85, 1.1, 0.8))
        )
        heading = np.stack([outward * np.cos(lean), np.sin(lean)], 1)
        side = np.stack([-heading[:, 1], heading[:, 0]], 1) * (
            0.00065 + 0.0006 * random.uniform(size=(count, 1))
        )
        end = start + heading * length[:, None]
        tone = 0.7 + 0.9 * random.uniform(size=count) ** 2
        kept = random.uniform(size=count) < np.interp(along, (0.0, 0.10, 0.7, 1.0), (0.45, 0.95, 0.95, 0.55))
        quads.append(stroke_quads(start, end, side, tone)[kept])
    return np.concatenate(quads)


def _line(ends: Reals, along: Reals, arch: float) -> Reals:
    """Points (N, 2) on a brow's centre line.

    Args:
        ends: (K, 2) the brow's landmarks. along: (N,) positions along it, 0..1.
    """
    knots = np.linspace(0.0, 1.0, len(ends))
    line = np.stack([np.interp(along, knots, ends[:, axis]) for axis in (0, 1)], 1)
    line[:, 1] += 0.011 * (arch - 0.6) * np.sin(np.pi * np.clip(along * 1.1 - 0.1, 0, 1)) - 0.014
    return line


def stroke_quads(start: Reals, end: Reals, side: Reals, tone: Reals) -> Reals:
    """Quads of straight strokes.

    Args:
        start, end: (N, 2) texture coordinates. side: (N, 2) vector from the centre line to one border.
        tone: (N,).

    Returns:
        (N, 4, 5) float32, as in `brow_strokes`.
    """
    out = np.zeros((len(start), 4, 5), np.float32)
    for corner, (where, sign, along) in enumerate(((start, -1, 0), (start, 1, 0), (end, -1, 1), (end, 1, 1))):
        out[:, corner, :2] = where + sign * side
        out[:, corner, 2], out[:, corner, 3], out[:, corner, 4] = sign, along, tone
    return out


def _anime_brows(landmarks_uv: Reals, look: Look) -> Reals:
    """Brows of style anime: one solid curved stroke each."""
    quads = []
    along = np.linspace(0.06, 0.97, 13)
    for ends in (landmarks_uv[17:22][::-1], landmarks_uv[22:27]):
        line = _line(ends, along, 0.4 + 0.4 * look.brow[1]) - (0.0, 0.012)
        heading = line[1:] - line[:-1]
        side = np.stack([-heading[:, 1], heading[:, 0]], 1)
        side *= 0.011 * look.brow[0] / np.linalg.norm(side, axis=1, keepdims=True)
        middle = np.linspace(1.0, 0.3, len(side))[:, None]
        quad = stroke_quads(
            line[:-1] - 0.3 * heading, line[1:] + 0.3 * heading, side * middle, np.ones(len(side))
        )
        quad[:, :, 2] *= 0.35  # solid across
        quad[:, :, 3] = 0.35
        quads.append(quad)
    return np.concatenate(quads)
