"""WornMesh: hair, clothes and glasses before anybody wears them, made for the mean head.

mesh = joined([lock_mesh(...), tube(...)])
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from studio.arrays import Ints, Reals

#: What of a garment is: its cloth, knitted of another colour, knitted of its own, a button.
CLOTH, TRIM, RIBBED, BUTTON = 0.0, 1.0, 2.0, 3.0


@dataclass(frozen=True, slots=True, eq=False)
class WornMesh:
    """A mesh in the mean head's space.

    Attributes:
        position, normal, tangent: (N, 3); tangent runs along hairs, along a seam or a frame elsewhere.
        uv: (N, 2) across and along, for cloth in centimetres. kind: (N,) what the material makes of it: for hair a
            lock's own number 0..1, and 2 more where it is solid; for cloth CLOTH to BUTTON.
        sky: (N,) 0 buried .. 1 free. triangles: (T, 3).
        outside: how many of the first triangles are seen from outside only.
        casting: how many of the last triangles cast shadows; 0 = all that are drawn.
    """

    position: Reals
    normal: Reals
    tangent: Reals
    uv: Reals
    kind: Reals
    sky: Reals
    triangles: Ints
    outside: int = 0
    casting: int = 0

    def packed(self) -> tuple[Reals, Reals]:
        """What is bent (N, 9): position, normal, tangent; and what is carried (N, 4): uv, kind, sky."""
        bent = np.concatenate([self.position, self.normal, self.tangent], 1)
        carried = np.concatenate([self.uv, self.kind[:, None], self.sky[:, None]], 1)
        return np.ascontiguousarray(bent, np.float32), np.ascontiguousarray(carried, np.float32)


def joined(meshes: Sequence[WornMesh]) -> WornMesh:
    """One mesh of several, drawn in their order."""
    first = np.cumsum([0, *(len(mesh.position) for mesh in meshes)])
    triangles = [mesh.triangles + start for mesh, start in zip(meshes, first, strict=False)]

    def all_of(field: str) -> Reals:
        return np.asarray(np.concatenate([getattr(mesh, field) for mesh in meshes]), np.float32)

    return WornMesh(
        position=all_of("position"),
        normal=all_of("normal"),
        tangent=all_of("tangent"),
        uv=all_of("uv"),
        kind=all_of("kind"),
        sky=all_of("sky"),
        triangles=np.concatenate(triangles).astype(np.int32),
    )


def grids(count: int, rows: int, columns: int) -> Ints:
    """Triangles of `count` grids of vertices, each row by row."""
    r, c = np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij")
    a = (r * columns + c).ravel()
    one = np.concatenate(
        [np.stack([a, a + 1, a + columns], 1), np.stack([a + 1, a + columns + 1, a + columns], 1)]
    )
    out = np.arange(count)[:, None, None] * (rows * columns) + one
    return np.asarray(out.reshape(-1, 3), np.int32)


def tube(path: Reals, radius: Reals, *, sides: int = 6, kind: float = 0.0, flatten: float = 1.0,
         closed: bool = False) -> WornMesh:  # fmt: skip
    """A tube along a path (S, 3) with a radius (S,) at each place; `flatten` scales it along its second axis."""
    path = np.asarray(path, np.float32)
    if closed:
        path, radius = np.concatenate([path, path[:1]]), np.concatenate([radius, radius[:1]])
    along = np.gradient(path, axis=0)
    if closed:
        along[0] = along[-1] = path[1] - path[-2]
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
    reference = np.where(np.abs(along[:, 1:2]) < 0.9, (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    first = np.cross(along, reference)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(first, along)
    angle = np.linspace(0, 2 * np.pi, sides + 1)
    cos, sin = np.cos(angle)[None, :, None], np.sin(angle)[None, :, None]
    normal = first[:, None] * cos + second[:, None] * sin
    ring = first[:, None] * cos + second[:, None] * sin * flatten
    position = path[:, None] + ring * np.asarray(radius)[:, None, None]
    rows = len(path)
    u, v = np.meshgrid(np.linspace(0, 1, sides + 1), np.linspace(0, 1, rows))
    flat = rows * (sides + 1)
    return WornMesh(
        position=position.reshape(-1, 3),
        normal=normal.reshape(-1, 3),
        tangent=np.repeat(along, sides + 1, 0),
        uv=np.stack([u.ravel(), v.ravel()], 1),
        kind=np.full(flat, kind, np.float32),
        sky=np.ones(flat, np.float32),
        triangles=grids(1, rows, sides + 1),
    )
