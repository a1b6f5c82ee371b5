"""Level of detail: mesh simplification that keeps a subset of the vertices, for parts finer than a picture can show.

few = simplify_mesh(mesh, triangles, tolerance=0.03)     # (T', 3)

The time of a software driver grows with the number of triangles, however small they are. Half-edge collapses with quadric
errors run in rounds: every vertex chooses the neighbour with the smallest error to collapse into, and an independent set
of the cheapest collapses is done. The error is the largest over several expressions, so lids and lips still shut. No vertex
moves, so all attributes of the kept vertices stay valid.

Source: Garland and Heckbert, Surface Simplification Using Quadric Error Metrics (1997).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.normals import vertex_normals
from protocol.blendshapes import INDEX
from studio.arrays import Doubles, Floats, Ints
from studio.head.mesh import StudioMesh
from studio.quadrics import point_products, triangle_normals, vertex_quadrics
from studio.seeds import random_of

#: The expressions in which an error counts, besides the face at rest.
_EXPRESSIONS: Final = (
    ("jawOpen",),
    ("eyeBlinkLeft", "eyeBlinkRight"),
    ("mouthSmileLeft", "mouthSmileRight", "browInnerUp"),
    ("mouthPucker", "noseSneerLeft", "noseSneerRight", "eyeWideLeft", "eyeWideRight"),
    ("mouthUpperUpLeft", "mouthUpperUpRight", "mouthLowerDownLeft", "mouthLowerDownRight"),
)
#: Most rounds.
_ROUNDS: Final = 40
#: The last round is the first that removes a smaller share of the vertices.
_WORTH: Final = 0.01
#: Smallest cosine between a triangle's normals before and after a collapse, and between the two vertices' normals.
_FACING, _SHADING = 0.6, 0.8
#: Smallest ratio of a triangle's height to its longest side.
_SLIVER: Final = 0.06


def simplify_mesh(mesh: StudioMesh, triangles: Ints, tolerance: float) -> Ints:
    """Simplify triangles of a mesh. Borders, seams of the texture, borders between parts, and landmarks stay.

    Args:
        triangles: (T, 3) int32 vertex indices.
        tolerance: largest root mean square distance of a vertex to the planes that met at the vertices that it
            replaces, head-model units.

    Returns:
        (T', 3) int32 indices of the same vertices, sorted.
    """
    used, local = np.unique(triangles, return_inverse=True)
    local = local.reshape(-1, 3)
    surface = _Surface(_expressions_of(mesh, used), vertex_normals(mesh.rest, triangles)[used], local)
    fixed = np.isin(used, mesh.landmarks) | _borders_another_part(mesh.part[used], local)
    for _ in range(_ROUNDS):
        if surface.collapse(fixed, tolerance) < _WORTH * len(used):
            break
    kept = used[surface.triangles].astype(np.int32)
    return kept[np.argsort(kept.min(1), kind="stable")]


class _Surface:
    """A mesh during simplification.

    Attributes:
        triangles: (T, 3) int64, the remaining triangles.
    """

    def __init__(self, places: Doubles, normals: Floats, triangles: NDArray[np.int64]) -> None:
        """Start with all triangles.

        Args:
            places: (P, V, 3) vertices in P expressions, the first at rest. normals: (V, 3) at rest.
        """
        self.triangles = triangles
        self._rest, self._normals = places[0], normals
        self._random = random_of("level of detail", len(triangles))
        self._products = point_products(places)
        self._quadrics, self._areas = vertex_quadrics(places, triangles)

    def collapse(self, fixed: NDArray[np.bool_], tolerance: float) -> int:
        """Do one round of collapses.

        Args:
            fixed: (V,) vertices that stay. tolerance: largest error of a collapse, head-model units.

        Returns:
            Number of vertices removed.
        """
        edges, border = _edges(self.triangles, len(self._normals))
        stays = fixed.copy()
        stays[edges[border].ravel()] = True
        source, target, error = self._best_collapses(edges, stays, tolerance)
        # a collapse must not flip a triangle or join two sheets
        valid = ~self._folded(self._mapping(source, target))[source]
        valid &= _satisfy_link_condition(edges, len(self._normals), source, target)
        source, target, error = source[valid], target[valid], error[valid]
        independent = self._independent(edges, source, error)
        source, target = source[independent], target[independent]
        for quadric, area in zip(self._quadrics, self._areas, strict=True):
            np.add.at(quadric, target, quadric[source])
            np.add.at(area, target, area[source])
        moved = self._mapping(source, target)[self.triangles]
        self.triangles = moved[
            (moved[:, 0] != moved[:, 1]) & (moved[:, 1] != moved[:, 2]) & (moved[:, 0] != moved[:, 2])
        ]
        return len(source)

    def _best_collapses(
        self, edges: NDArray[np.int64], stays: NDArray[np.bool_], tolerance: float
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], Doubles]:
        """For each vertex the neighbour with the smallest error: vertices (K,), neighbours (K,), errors (K,)."""
        pairs = np.concatenate([edges, edges[:, ::-1]])
        pairs = pairs[~stays[pairs[:, 0]]]
        pairs = pairs[(self._normals[pairs[:, 0]] * self._normals[pairs[:, 1]]).sum(1) > _SHADING]
        errors = self._errors(pairs)
        good = errors < tolerance
        pairs, errors = pairs[good], errors[good]
        order = np.lexsort((errors, pairs[:, 0]))
        first = order[np.unique(pairs[order, 0], return_index=True)[1]]
        return pairs[first, 0], pairs[first, 1], errors[first]

    def _independent(
        self, edges: NDArray[np.int64], source: NDArray[np.int64], error: Doubles
    ) -> NDArray[np.bool_]:
        """Which collapses (K,) are cheaper than those of all neighbouring vertices."""
        count = len(self._normals)
        rank = np.full(count, count, np.int64)
        # similar errors are shuffled: in a row of vertices with falling errors only the last would be removed
        shuffled = error * self._random.uniform(1.0, 2.0, len(error))
        rank[source[np.argsort(shuffled, kind="stable")]] = np.arange(len(source))
        lowest = np.full(count, count, np.int64)
        np.minimum.at(lowest, edges[:, 0], rank[edges[:, 1]])
        np.minimum.at(lowest, edges[:, 1], rank[edges[:, 0]])
        return np.asarray(rank[source] < lowest[source])

    def _mapping(self, source: NDArray[np.int64], target: NDArray[np.int64]) -> NDArray[np.int64]:
        """(V,) the vertex that replaces each vertex after the collapses."""
        mapping = np.arange(len(self._normals))
        mapping[source] = target
        return mapping

    def _errors(self, pairs: NDArray[np.int64]) -> Doubles:
        """(E,) root mean square distance of each pair's second vertex to the planes of its first; largest expression."""
        squared = np.einsum("pek,pek->pe", self._quadrics[:, pairs[:, 0]], self._products[:, pairs[:, 1]])
        return np.asarray(np.sqrt(np.maximum(squared / self._areas[:, pairs[:, 0]], 0.0)).max(0))

    def _folded(self, mapping: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which vertices (V,) would flip a triangle, or make it a sliver, if they alone were replaced."""
        bad = np.zeros(len(mapping), bool)
        before = triangle_normals(self._rest[self.triangles])
        for corner in range(3):
            source = self.triangles[:, corner]
            lasting = (mapping[source] != source) & ~(self.triangles == mapping[source][:, None]).any(1)
            moved = self.triangles[lasting].copy()
            moved[:, corner] = mapping[source[lasting]]
            places = self._rest[moved]
            after, was = triangle_normals(places), before[lasting]
            size = np.linalg.norm(after, axis=1) * np.linalg.norm(was, axis=1)
            longest = ((places - np.roll(places, 1, 1)) ** 2).sum(2).max(1)
            turned = (after * was).sum(1) < _FACING * size
            bad[source[lasting][turned | (np.linalg.norm(after, axis=1) < _SLIVER * longest)]] = True
        return bad


def _expressions_of(mesh: StudioMesh, used: Ints) -> Doubles:
    """Positions (P, V, 3) of the vertices `used` at rest and in each of _EXPRESSIONS."""
    owner = np.repeat(np.arange(len(used)), mesh.row_count[used])
    begin = np.cumsum(mesh.row_count[used]) - mesh.row_count[used]
    rows = mesh.rows[np.arange(len(owner)) - begin[owner] + mesh.row_begin[used][owner]]
    places = np.repeat(mesh.rest[used][None].astype(np.float64), 1 + len(_EXPRESSIONS), 0)
    for pose, names in enumerate(_EXPRESSIONS, 1):
        moves = np.isin(rows[:, 3].astype(np.int64), [INDEX[name] for name in names])
        np.add.at(places[pose], owner[moves], rows[moves, :3])
    return places


def _edges(triangles: NDArray[np.int64], count: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Edges (E, 2), the lower vertex first, and whether each is a border: not shared by exactly two triangles."""
    sides = np.sort(np.concatenate([triangles[:, (0, 1)], triangles[:, (1, 2)], triangles[:, (2, 0)]]), 1)
    keys, sharing = np.unique(sides[:, 0] * count + sides[:, 1], return_counts=True)
    return np.stack(np.divmod(keys, count), 1), sharing != 2


def _satisfy_link_condition(
    edges: NDArray[np.int64], count: int, source: NDArray[np.int64], target: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether exactly two vertices are neighbours of both ends of each collapsing edge, so the surface stays a manifold."""
    from scipy.sparse import csr_matrix

    both = np.concatenate([edges, edges[:, ::-1]])
    near = csr_matrix((np.ones(len(both), np.int32), (both[:, 0], both[:, 1])), shape=(count, count))
    shared = np.asarray(near[source].multiply(near[target]).sum(1)).ravel()
    return np.asarray(shared == 2)


def _borders_another_part(part: Ints, triangles: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which vertices (V,) share a triangle with a vertex of another part."""
    mixed = triangles[(part[triangles] != part[triangles[:, :1]]).any(1)]
    out = np.zeros(len(part), bool)
    out[mixed.ravel()] = True
    return out
