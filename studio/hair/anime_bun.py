"""The bun of an anime hair style: strands wound into a ball behind the hair tie."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from studio.arrays import Reals
from studio.hair.hair_surfaces import BAND, hair_tie
from studio.worn.mesh import WornMesh, tube

#: Added to a lock's number in `WornMesh.kind`: the lock is opaque, without gaps between hairs.
SOLID: Final = 2.0
_BUN_RADIUS: Final = 2.5


def bun(tie: Reals, random: Any) -> list[WornMesh]:
    """Tubes that wind around a ball behind a tie (3,) in head space, and the band around the tie."""
    away = tie - np.array([0.0, 5.0, -1.5])
    away = away / np.linalg.norm(away)
    side = np.cross(away, (1.0, 0.0, 0.0))
    side /= np.linalg.norm(side)
    other = np.cross(away, side)
    middle = tie + 1.3 * away
    meshes = [hair_tie(tie + 0.1 * away, away, 1.35, count=16, thickness=0.30, kind=BAND)]
    # each strand is a wavy ring at another latitude of the ball
    for k in range(16):
        height = np.interp(k, (0, 15), (-0.75, 0.95))
        radius = _BUN_RADIUS * np.sqrt(max(1 - height**2, 0.03))
        angle = np.linspace(0, 2 * np.pi, 25)[:-1] + k
        wave = 0.16 * np.sin(angle * 3 + k * 1.7)
        ring = (
            middle
            + 0.92 * _BUN_RADIUS * (height + 0.12 * np.sin(angle + k * 2.1) + wave * 0.3)[:, None] * away
        )
        ring = ring + (radius * (1 + 0.04 * wave))[:, None] * (
            np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * other
        )
        meshes.append(
            tube(ring, np.full(24, 0.52), sides=6, kind=SOLID + float(random.uniform()), closed=True)
        )
    return meshes
