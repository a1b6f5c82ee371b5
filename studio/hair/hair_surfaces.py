"""Surfaces that carry hair: sheets over a grid of positions, and hair cards along paths.

`WornMesh.kind` of hair is HAIR, FRIZZ, CARD or BAND plus the density there, 0 to 0.98. `uv` runs across the hairs in
head-model units, and along them from root 0 to tip 1 (frizz: in tenths of a unit).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from studio.arrays import Reals
from studio.worn.mesh import WornMesh, grids, tube

#: Must match HAIR_COVER in shaders/hair.py.
HAIR, FRIZZ, CARD, BAND = 0.0, 1.0, 2.0, 4.0
_DENSEST: Final = 0.98


class HairParts(NamedTuple):
    """Meshes by how they are drawn.

    Attributes:
        one_sided: seen from outside only; their back faces are culled.
        two_sided: seen from both sides.
        occluders: seen from both sides; they close the hair below the cards and cast its shadow.
    """

    one_sided: Sequence[WornMesh] = ()
    two_sided: Sequence[WornMesh] = ()
    occluders: Sequence[WornMesh] = ()


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
    """A surface of hair over a grid.

    Args:
        place: (N, S, 3) positions. normal: (N, S, 3) unit normals.
        along: (N, S, 3) directions of the hairs, any length.
        uv: two arrays that broadcast to (N, S): across and along the hairs.
        dense: hair density, broadcasts to (N, S), clipped to 0..1.
        sky: ambient occlusion factor, 1 = unoccluded, broadcasts to (N, S), clipped to 0..1.
        kind: HAIR or FRIZZ.
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
    """Hair cards: ribbons of three columns of vertices along paths, drawn in their order.

    Args:
        path: (L, S, 3) positions. normal: (L, S, 3) outward directions.
        width: at the widest, head-model units.
        point: how much they taper towards the tip, 0..1.
        tone: (L,) or (L, S) ambient occlusion factor, 1 = unoccluded.
        random: NumPy generator.
        rooted: whether the density rises from the root, so that the card emerges from the hair below it.
        bend: curvature of the shading normals across the card. dip: curvature of its geometry.
        share: (L, S) position along the hairs, root 0 to tip 1; None = evenly spaced.
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
    # short cards are narrower
    length = np.linalg.norm(np.diff(path, axis=1), axis=2).sum(1, keepdims=True)
    half = half * np.minimum(1.0, 0.5 * length / width)
    u = np.array([-1.0, 0.0, 1.0])
    position = path[:, :, None] + across[:, :, None] * (half[:, :, None] * u)[..., None]
    # the edges dip into the hair below, so that a card seen edge-on shows no gap
    position = position + upright[:, :, None] * (half[:, :, None] * (0.1 - dip * u * u))[..., None]
    # shading normals of the whole mass of hair, with a random tilt for each card
    own = 0.12 * random.normal(size=(count, 1, 1, 1)) * across[:, :, None]
    round_normal = unit(
        0.85 * normal[:, :, None] + 0.15 * upright[:, :, None] + own + bend * across[:, :, None] * u[:, None]
    )
    dense = np.interp(v, (0, 0.18, 0.55, 1), (0.25 if rooted else 1.0, 1.0, 1.0, 0.1))[:, None] * (
        1 - 0.85 * u * u
    )
    shape = (count, steps, 3)
    tone = np.broadcast_to(np.asarray(tone).reshape(count, -1), (count, steps))
    # the edges lie in the shade of the neighbours
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


def hair_tie(
    middle: Reals, axis: Reals, radius: float, *, count: int, thickness: float, kind: float
) -> WornMesh:
    """The band around tied hair: a closed tube around an axis.

    Args:
        middle: (3,) centre. axis: (3,) direction of the hair in it, any length.
        radius: of the ring. count: points along it. thickness: of the tube, a radius.
    """
    axis = unit(axis)
    side = unit(np.cross(axis, (1.0, 0.0, 0.0) if abs(axis[0]) < 0.8 else (0.0, 1.0, 0.0)))
    angle = np.linspace(0, 2 * np.pi, count + 1)[:-1, None]
    ring = middle + radius * (np.cos(angle) * side + np.sin(angle) * np.cross(axis, side))
    return tube(ring, np.full(count, thickness), sides=5, kind=kind, closed=True)


def sheet_normals(place: Reals, middle: Reals) -> Reals:
    """Unit normals (N, S, 3) of a grid (N, S, 3), oriented away from a middle (3,)."""
    normal = np.cross(np.gradient(place, axis=0), np.gradient(place, axis=1))
    # where a row collapses to a point its normal is undefined: take the next row's
    length = np.linalg.norm(normal, axis=2)
    normal[:, 0] = np.where(length[:, :1] > 1e-3, normal[:, 0], normal[:, 1])
    normal = unit(normal)
    way = np.sign((normal * (place - middle)).sum(2).mean())
    return np.asarray(normal * way)


def unit(vectors: Reals) -> Reals:
    """Vectors (..., 3) normalised to length 1; shorter than 1e-6 they stay near 0."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-6))
