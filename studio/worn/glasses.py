"""Glasses: rims, bridge and temples for the mean head.

mesh = glasses_mesh(look)       # None for looks without glasses
"""

from __future__ import annotations

from typing import Final

import numpy as np

from studio.arrays import Reals
from studio.look import Look
from studio.worn.mesh import WornMesh, joined, tube

#: Half width, half height, exponent of the superellipse, thickness of the rim: round, square, wide glasses.
_FRAMES: Final = ((2.05, 1.95, 2.0, 0.13), (2.35, 1.70, 4.0, 0.20), (2.55, 1.75, 2.7, 0.16))
_MIDDLE: Final = (3.35, 3.15)


def glasses_mesh(look: Look) -> WornMesh | None:
    """Build the look's glasses; `WornMesh.kind` is 0 for the frame, 1 for a lens. None without glasses."""
    if look.glasses == 0:
        return None
    wide, high, square, thick = _FRAMES[look.glasses - 1]
    frames, lenses = [], []
    for side in (-1.0, 1.0):
        rim = _rim(side, wide, high, square)
        frames.append(tube(rim, np.full(len(rim), thick), sides=6, closed=True))
        lenses.append(_lens(rim, side))
        hinge = np.array([side * (_MIDDLE[0] + wide), _MIDDLE[1] + 0.55 * high, 0.0])
        hinge[2] = _depth(hinge[0])
        temple = np.array([
            hinge, (side * 7.5, 4.3, 7.2), (side * 8.1, 4.3, 3.6), (side * 8.25, 4.2, 1.0), (side * 8.2, 3.2, -0.8),
            (side * 8.1, 2.0, -1.6),
        ])  # fmt: skip
        frames.append(tube(temple, np.full(len(temple), thick * 0.95), sides=6, flatten=1.6))
    bridge_x = np.linspace(-(_MIDDLE[0] - wide), _MIDDLE[0] - wide, 7)
    rise = 0.35 * (1 - (bridge_x / bridge_x[-1]) ** 2)
    bridge = np.stack([bridge_x, _MIDDLE[1] + 0.45 + rise, _depth(bridge_x) + 0.25 * rise], 1)
    frames.append(tube(bridge, np.full(7, thick), sides=6))
    return joined(frames + lenses)


def _depth(x: Reals) -> Reals:
    """z of the frame at `x`, head space: it curves a little around the face."""
    return np.asarray(11.35 - 0.035 * np.asarray(x) ** 2)


def _rim(side: float, wide: float, high: float, square: float) -> Reals:
    angle = np.linspace(0, 2 * np.pi, 41)[:-1]
    cos, sin = np.cos(angle), np.sin(angle)
    x = np.sign(cos) * np.abs(cos) ** (2 / square) * wide
    y = np.sign(sin) * np.abs(sin) ** (2 / square) * high
    across = side * _MIDDLE[0] + x
    return np.stack([across, _MIDDLE[1] + y, _depth(across) + 0.06 * y], 1)


def _lens(rim: Reals, side: float) -> WornMesh:
    count = len(rim)
    middle = rim.mean(0) + np.array([0.0, 0.0, 0.12])
    position = np.concatenate([rim, middle[None]])
    normal = position - np.array([side * _MIDDLE[0], _MIDDLE[1], 2.0])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    first = np.arange(count)
    triangles = np.stack([first, np.roll(first, -1), np.full(count, count)], 1)
    return WornMesh(
        position=position,
        normal=normal,
        tangent=np.tile(np.array([1.0, 0.0, 0.0]), (count + 1, 1)),
        uv=np.zeros((count + 1, 2)),
        kind=np.ones(count + 1),
        sky=np.ones(count + 1),
        triangles=triangles.astype(np.int32),
    )
