"""WornMesh: a mesh of hair, clothes or glasses in the mean head's space, before it is fitted to an identity.

mesh = joined([sheet_mesh(...), tube(...)])
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from studio.arrays import Ints, Reals

#: Kinds of a garment's surface: cloth, knitted in the trim's colour, knitted in the cloth's colour, a button.
CLOTH, TRIM, RIBBED, BUTTON = 0.0, 1.0, 2.0, 3.0


@dataclass(frozen=True, slots=True, eq=False)
class WornMesh:
    """A mesh in the mean head's space.

    Attributes:
        position, normal, tangent: (N, 3) head-model units and unit vectors; tangents run along the hairs, else along
            a seam or a frame.
        uv: (N, 2) across and along the surface; of cloth in head-model units.
        kind: (N,) surface kind, read by the material's shader. Realistic hair: see `hair.hair_surfaces`. Anime hair: a
            lock's random number 0..1, plus 2 where it is opaque. Clothes: CLOTH to BUTTON. Glasses: 0 frame, 1 lens.
        sky: (N,) ambient occlusion factor, 0 fully occluded .. 1 unoccluded.
        triangles: (T, 3) vertex indices.
        outside: number of leading triangles whose back faces are culled.
        casting: number of trailing triangles that cast shadows; 0 = all of them.
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
        """The vertex data as contiguous float32 arrays.

        Returns:
            (N, 9) position, normal and tangent, which deform; (N, 4) uv, kind and sky, which do not.
        """
        bent = np.concatenate([self.position, self.normal, self.tangent], 1)
        carried = np.concatenate([self.uv, self.kind[:, None], self.sky[:, None]], 1)
        return np.ascontiguousarray(bent, np.float32), np.ascontiguousarray(carried, np.float32)


def joined(meshes: Sequence[WornMesh]) -> WornMesh:
    """Several meshes as one; `outside` and `casting` are reset to 0."""
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
    """Triangles (T, 3) int32 of `count` grids of rows x columns vertices, stored row by row, one grid after the other."""
    r, c = np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij")
    a = (r * columns + c).ravel()
    one = np.concatenate(
        [np.stack([a, a + 1, a + columns], 1), np.stack([a + 1, a + columns + 1, a + columns], 1)]
    )
    out = np.arange(count)[:, None, None] * (rows * columns) + one
    return np.asarray(out.reshape(-1, 3), np.int32)


def tube(path: Reals, radius: Reals, *, sides: int = 6, kind: float = 0.0, flatten: float = 1.0,
         closed: bool = False) -> WornMesh:  # fmt: skip
    """A tube along a path (S, 3) with a radius (S,) at each place; `flatten` scales its cross-section along one axis."""
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
