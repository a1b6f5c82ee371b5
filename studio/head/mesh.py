"""StudioMesh: the source head arranged for the graphics card: vertices with texture coordinates, sparse blendshapes.

Blendshapes are stored as rows grouped by vertex, each with its displacement of position and normal. A vertex shader sums
only the rows of its own vertex, about 16 of 52.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from studio.arrays import Floats, Ints
from studio.head.source import PART, PARTS, FaceSource
from studio.surface import components

ROW_WIDTH: Final = 1024  # texels a line of the texture that holds the rows

#: Rows with a smaller displacement of position (head-model units) and of the unit normal are dropped.
_MOVED, _TURNED = 5e-4, 0.012

#: Bones: the rotation that a vertex follows.
HEAD, EYE_LEFT, EYE_RIGHT = 0, 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class StudioMesh:
    """The mesh of all identities; N drawn vertices.

    Attributes:
        source_vertex: (N,) the source's vertex of each drawn vertex; seams of the texture duplicate some.
        uv: (N, 2) texture coordinates. part: (N,) number of the PART. bone: (N,) HEAD, EYE_LEFT or EYE_RIGHT.
        triangles: part name -> (T, 3) drawn vertices.
        row_begin, row_count: (N,) range in `rows` of each vertex.
        rows: (R, 8) float32: dx, dy, dz, index of the shape, dnx, dny, dnz, 0.
        landmarks: (68,) drawn vertices of the Multi-PIE landmarks.
        rest: (N, 3) positions on the mean head, head-model units.
        eyes: the source's vertices of the left and of the right eyeball.
    """

    source_vertex: Ints
    uv: Floats
    part: Ints
    bone: Ints
    triangles: dict[str, Ints]
    row_begin: Ints
    row_count: Ints
    rows: Floats
    landmarks: Ints
    rest: Floats
    eyes: tuple[Ints, Ints]

    def of_vertices(self, kept: Ints) -> StudioMesh:
        """A mesh of some vertices, without triangles.

        Args:
            kept: (K,) int32, ascending; must contain all landmarks.
        """
        count = self.row_count[kept]
        begin = (np.cumsum(count) - count).astype(np.int32)
        rows = np.arange(count.sum()) + np.repeat(self.row_begin[kept] - begin, count)
        return StudioMesh(
            source_vertex=self.source_vertex[kept],
            uv=self.uv[kept],
            part=self.part[kept],
            bone=self.bone[kept],
            triangles={},
            row_begin=begin,
            row_count=count,
            rows=self.rows[rows],
            landmarks=np.searchsorted(kept, self.landmarks).astype(np.int32),
            rest=self.rest[kept],
            eyes=self.eyes,
        )


def build_mesh(source: FaceSource) -> StudioMesh:
    """Arrange a source for drawing; takes about a second."""
    corners = np.stack([source.triangles.ravel(), source.uv_triangles.ravel()], 1)
    pairs, inverse = np.unique(corners, axis=0, return_inverse=True)
    drawn = inverse.reshape(-1, 3).astype(np.int32)
    vertex = pairs[:, 0].astype(np.int32)
    part = np.zeros(len(pairs), np.int32)
    part[drawn.ravel()] = np.repeat(source.part, 3)
    bone = np.full(len(pairs), HEAD, np.int32)
    bone[part == PART["eyeball_left"]] = EYE_LEFT
    bone[part == PART["eyeball_right"]] = EYE_RIGHT
    rows, begin, count = _rows_by_vertex(source)
    place = np.zeros(len(source.vertices), np.int32)
    place[vertex] = np.arange(len(vertex))
    triangles = {name: drawn[source.part == number] for number, name in enumerate(PARTS) if number > 0}
    for name in ("eyeball_left", "eyeball_right"):
        triangles[name] = _outer_shell(triangles[name], vertex)
    return StudioMesh(
        source_vertex=vertex,
        uv=source.uv[pairs[:, 1]],
        part=part,
        bone=bone,
        triangles=triangles,
        row_begin=begin[vertex],
        row_count=count[vertex],
        rows=rows,
        landmarks=place[source.landmarks],
        rest=source.vertices[vertex],
        eyes=(vertex[bone == EYE_LEFT], vertex[bone == EYE_RIGHT]),
    )


def _outer_shell(triangles: Ints, source_vertex: Ints) -> Ints:
    """The triangles of an eyeball's outer shell, with the cornea; the iris is drawn by the shader."""
    shells = components(source_vertex[triangles], int(source_vertex.max()) + 1)[
        source_vertex[triangles[:, 0]]
    ]
    return np.asarray(triangles[shells == shells.min()], np.int32)


class NormalSums:
    """`face.normals.vertex_normals` for many poses of one mesh, bit for bit the same.

    Which triangles meet at which vertex is worked out once, as a sparse matrix.
    """

    def __init__(self, triangles: Ints, count: int) -> None:
        from scipy.sparse import csr_matrix

        self._corners = tuple(np.ascontiguousarray(triangles[:, k]) for k in range(3))
        columns = np.tile(np.arange(len(triangles)), 3)
        shape = (count, len(triangles))
        ones = np.ones(len(columns), np.float32)
        self._touch = csr_matrix((ones, (triangles.T.ravel(), columns)), shape=shape)

    def __call__(self, vertices: Floats) -> Floats:
        """Unit normals (V, 3) of vertices (V, 3)."""
        flat = np.ascontiguousarray(vertices, np.float32)
        a, b, c = (flat[corner] for corner in self._corners)
        u, w = (b - a).T, (c - a).T
        normal = np.stack(
            [u[1] * w[2] - u[2] * w[1], u[2] * w[0] - u[0] * w[2], u[0] * w[1] - u[1] * w[0]], 1
        )
        summed = self._touch @ normal
        length = np.sqrt(np.einsum("ij,ij->i", summed, summed))
        return np.asarray(summed / np.maximum(length, 1e-12)[:, None], np.float32)


def _rows_by_vertex(source: FaceSource) -> tuple[Floats, Ints, Ints]:
    """Rows (R, 8) sorted by vertex, and where each vertex's begin (V,) and how many there are (V,)."""
    normals_of = NormalSums(source.triangles, len(source.vertices))
    base = normals_of(source.vertices)
    shapes, vertices, deltas, normals = [], [], [], []
    for k in range(len(source.shape_rows) - 1):
        rows = slice(source.shape_rows[k], source.shape_rows[k + 1])
        moved = source.vertices.copy()
        moved[source.shape_vertex[rows]] += source.shape_delta[rows]
        turned = normals_of(moved) - base
        # the normal of a vertex also changes when only a neighbour moves
        index = np.flatnonzero(
            (np.abs(turned).max(1) > _TURNED) | (np.abs(moved - source.vertices).max(1) > _MOVED)
        )
        shapes.append(np.full(len(index), k, np.float32))
        vertices.append(index)
        deltas.append((moved - source.vertices)[index])
        normals.append(turned[index])
    vertex = np.concatenate(vertices)
    order = np.argsort(vertex, kind="stable")
    packed = np.zeros((len(vertex), 8), np.float32)
    packed[:, :3] = np.concatenate(deltas)[order]
    packed[:, 3] = np.concatenate(shapes)[order]
    packed[:, 4:7] = np.concatenate(normals)[order]
    count = np.bincount(vertex, minlength=len(source.vertices)).astype(np.int32)
    begin = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int32)
    return packed, begin, count
