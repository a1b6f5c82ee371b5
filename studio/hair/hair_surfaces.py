"""Hair sheets: closed surfaces of hair from a grid of places, and cards: ribbons of many hairs along paths.

What `WornMesh.kind` says of hair: HAIR, FRIZZ, CARD or BAND, plus how dense it is there, 0 to 0.98. `uv` is across
hairs in head-model units, and along them from root 0 to tip 1 (frizz: in tenths of a unit).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from studio.arrays import Reals
from studio.worn.mesh import WornMesh, grids

#: Must match shaders/hair.py.
HAIR, FRIZZ, CARD, BAND = 0.0, 1.0, 2.0, 4.0
_DENSEST: Final = 0.98
#: Cards, which are seen from outside only; what is seen from both sides; and of that what closes the hair below
#: them and casts its shadow.
HairParts = tuple[list[WornMesh], list[WornMesh], list[WornMesh]]


def sheet_mesh(
    place: Reals,
    normal: Reals,
    *,
    along: Reals,
    uv: tuple[Reals, Reals],
    dense: Reals | float,
    sky: Reals | float,
    kind: float = HAIR,
) -> WornMesh:
    """A sheet over a grid of places.

    Args:
        place, normal, along: (N, S, 3). uv, dense, sky: (N, S), or what spreads to it; dense and sky are 0..1.
    """
    shape = place.shape[:2]
    u, v, dense, sky = (np.broadcast_to(np.asarray(a), shape).ravel() for a in (*uv, dense, sky))
    return WornMesh(
        position=place.reshape(-1, 3),
        normal=normal.reshape(-1, 3),
        tangent=unit(along).reshape(-1, 3),
        uv=np.stack([u, v], 1),
        kind=kind + _DENSEST * np.clip(dense, 0, 1),
        sky=np.clip(sky, 0, 1),
        triangles=grids(1, *shape),
    )


def card_mesh(
    path: Reals,
    normal: Reals,
    *,
    width: float,
    point: float,
    tone: Reals,
    random: Any,
    rooted: bool = True,
    bend: float = 0.45,
    dip: float = 0.2,
    share: Reals | None = None,
) -> WornMesh:
    """Ribbons of three columns along paths, drawn in their order.

    Args:
        path, normal: (L, S, 3), the way out at each place.
        point: how much they narrow towards the tip, 0..1. tone: (L,) or (L, S) sky.
        rooted: begins thinly, out of what lies below it.
        bend, dip: how round across it is lit, and is. share: (L, S) where between root 0 and tip 1 of its hairs it is.
    """
    count, steps, _ = path.shape
    along = unit(np.gradient(path, axis=1))
    upright = unit(normal - along * (normal * along).sum(2, keepdims=True))
    across = np.cross(along, upright)
    v = np.linspace(0, 1, steps)
    half = (
        0.5
        * width
        * np.interp(
            v, (0, 0.2, 0.5, 1), (0.75 + 0.25 * point**2, 1 - 0.1 * point, 1 - 0.4 * point, 1 - 0.95 * point)
        )
    )
    half = half * (0.75 + 0.5 * random.uniform(size=(count, 1)))
    # short ones are slender, too
    length = np.linalg.norm(np.diff(path, axis=1), axis=2).sum(1, keepdims=True)
    half = half * np.minimum(1.0, 0.5 * length / width)
    u = np.array([-1.0, 0.0, 1.0])
    position = path[:, :, None] + across[:, :, None] * (half[:, :, None] * u)[..., None]
    # the edges dip into what lies below, so that no gap shows where a card is seen edge on
    position = position + upright[:, :, None] * (half[:, :, None] * (0.1 - dip * u * u))[..., None]
    # lit as the mass is that they are part of, each a little its own way
    own = 0.12 * random.normal(size=(count, 1, 1, 1)) * across[:, :, None]
    round_normal = unit(
        0.85 * normal[:, :, None] + 0.15 * upright[:, :, None] + own + bend * across[:, :, None] * u[:, None]
    )
    dense = np.interp(v, (0, 0.18, 0.55, 1), (0.25 if rooted else 1.0, 1.0, 1.0, 0.1))[:, None] * (
        1 - 0.85 * u * u
    )
    shape = (count, steps, 3)
    tone = np.broadcast_to(np.asarray(tone).reshape(count, -1), (count, steps))
    # seen edge on, a card is in the shade of its neighbours
    sky = np.broadcast_to(tone[:, :, None], shape) * (1 - 0.10 * u * u)
    strand = np.broadcast_to(0.5 * width * u[None, None] + 37.0 * random.uniform(size=(count, 1, 1)), shape)
    share = np.broadcast_to(v, (count, steps)) if share is None else share
    return WornMesh(
        position=position.reshape(-1, 3),
        normal=round_normal.reshape(-1, 3),
        tangent=np.repeat(along.reshape(-1, 3), 3, 0),
        uv=np.stack([strand.ravel(), np.repeat(share.ravel(), 3)], 1),
        kind=CARD + _DENSEST * np.broadcast_to(dense, shape).ravel(),
        sky=sky.ravel(),
        triangles=grids(count, steps, 3),
    )


def sheet_normals(place: Reals, middle: Reals) -> Reals:
    """Unit normals (N, S, 3) of a grid, away from a middle (3,)."""
    normal = np.cross(np.gradient(place, axis=0), np.gradient(place, axis=1))
    # where rows meet in a point there is none: the next row's
    length = np.linalg.norm(normal, axis=2)
    normal[:, 0] = np.where(length[:, :1] > 1e-3, normal[:, 0], normal[:, 1])
    normal = unit(normal)
    way = np.sign((normal * (place - middle)).sum(2).mean())
    return np.asarray(normal * way)


def unit(vectors: Reals) -> Reals:
    """Vectors (..., 3) of length 1."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-6))
