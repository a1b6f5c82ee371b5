"""Level of detail: fewer triangles over the same vertices, for parts that are finer than a picture can show.

few = simplified(mesh, triangles, tolerance=0.03)     # (T', 3)

A software driver pays for every triangle, however small. Half-edge collapses by quadric error, in rounds: in each, every
vertex picks the neighbour that could best stand in for it, and of vertices that touch one another the cheapest goes. The
error counts in several expressions at once, so that lids and lips still shut. Vertices are never moved, so whatever
they carry stays true.

Source: Garland and Heckbert, Surface Simplification Using Quadric Error Metrics (1997).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

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
_ROUNDS: Final = 40
#: A round that removes a smaller share of the vertices than this is the last.
_WORTH: Final = 0.01
#: How far a triangle, and the normal that a vertex hands over, may turn: cosines.
_FACING, _SHADING = 0.6, 0.8
#: Smallest height of a triangle against its longest side.
_SLIVER: Final = 0.06


def simplified(mesh: StudioMesh, triangles: Ints, tolerance: float) -> Ints:
    """Triangles (T', 3) of some of the same vertices, sorted by them.

    Borders, seams of the texture and landmarks stay.

    Args:
        tolerance: how far, root mean square, the surface may move: head-model units.
    """
    used, local = np.unique(triangles, return_inverse=True)
    local = local.reshape(-1, 3)
    surface = _Surface(_expressions_of(mesh, used), vertex_normals(mesh.rest, triangles)[used], local)
    fixed = np.isin(used, mesh.landmarks) | _at_another_part(mesh.part[used], local)
    for _ in range(_ROUNDS):
        if surface.collapse(fixed, tolerance) < _WORTH * len(used):
            break
    kept = used[surface.triangles].astype(np.int32)
    return kept[np.argsort(kept.min(1), kind="stable")]


class _Surface:
    """A mesh that loses vertices.

    Attributes:
        triangles: (T, 3) what is left.
    """

    def __init__(self, places: Doubles, normals: Floats, triangles: NDArray[np.int64]) -> None:
        """Args: places: (P, V, 3) in every expression. normals: (V, 3) at rest."""
        self.triangles = triangles
        self._rest, self._normals = places[0], normals
        self._random = random_of("level of detail", len(triangles))
        self._products = point_products(places)
        self._quadrics, self._areas = vertex_quadrics(places, triangles)

    def collapse(self, fixed: NDArray[np.bool_], tolerance: float) -> int:
        """One round; how many vertices went."""
        count = len(self._normals)
        edges, border = _edges(self.triangles, count)
        stays = fixed.copy()
        stays[edges[border].ravel()] = True
        # every vertex picks the neighbour that stands in for it best
        both = np.concatenate([edges, edges[:, ::-1]])
        both = both[~stays[both[:, 0]]]
        both = both[(self._normals[both[:, 0]] * self._normals[both[:, 1]]).sum(1) > _SHADING]
        errors = self._errors(both)
        good = errors < tolerance
        both, errors = both[good], errors[good]
        order = np.lexsort((errors, both[:, 0]))
        first = order[np.unique(both[order, 0], return_index=True)[1]]
        goes, takes, error = both[first, 0], both[first, 1], errors[first]
        # not where the mesh would fold or two sheets become one
        target = np.arange(count)
        target[goes] = takes
        sound = ~self._folded(target)[goes] & _links(edges, count, goes, takes)
        goes, takes, error = goes[sound], takes[sound], error[sound]
        # of those that touch one another the cheapest
        rank = np.full(count, count, np.int64)
        # errors that are much the same are shuffled: in a row of falling ones only the last would go
        shuffled = error * self._random.uniform(1.0, 2.0, len(error))
        rank[goes[np.argsort(shuffled, kind="stable")]] = np.arange(len(goes))
        lowest = np.full(count, count, np.int64)
        np.minimum.at(lowest, edges[:, 0], rank[edges[:, 1]])
        np.minimum.at(lowest, edges[:, 1], rank[edges[:, 0]])
        wins = rank[goes] < lowest[goes]
        goes, takes = goes[wins], takes[wins]
        target = np.arange(count)
        target[goes] = takes
        for quadric, area in zip(self._quadrics, self._areas, strict=True):
            np.add.at(quadric, takes, quadric[goes])
            np.add.at(area, takes, area[goes])
        moved = target[self.triangles]
        self.triangles = moved[
            (moved[:, 0] != moved[:, 1]) & (moved[:, 1] != moved[:, 2]) & (moved[:, 0] != moved[:, 2])
        ]
        return len(goes)

    def _errors(self, pairs: NDArray[np.int64]) -> Doubles:
        """How far (E,) the planes that met at each pair's first vertex lie from its second: the worst expression's."""
        squared = np.einsum("pek,pek->pe", self._quadrics[:, pairs[:, 0]], self._products[:, pairs[:, 1]])
        return np.asarray(np.sqrt(np.maximum(squared / self._areas[:, pairs[:, 0]], 0.0)).max(0))

    def _folded(self, target: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which vertices (V,) would turn a triangle over, or make a sliver of one."""
        bad = np.zeros(len(target), bool)
        before = triangle_normals(self._rest[self.triangles])
        for corner in range(3):
            goes = self.triangles[:, corner]
            lasting = (target[goes] != goes) & ~(self.triangles == target[goes][:, None]).any(1)
            moved = self.triangles[lasting].copy()
            moved[:, corner] = target[goes[lasting]]
            places = self._rest[moved]
            after, was = triangle_normals(places), before[lasting]
            size = np.linalg.norm(after, axis=1) * np.linalg.norm(was, axis=1)
            longest = ((places - np.roll(places, 1, 1)) ** 2).sum(2).max(1)
            turned = (after * was).sum(1) < _FACING * size
            bad[goes[lasting][turned | (np.linalg.norm(after, axis=1) < _SLIVER * longest)]] = True
        return bad


def _expressions_of(mesh: StudioMesh, used: Ints) -> Doubles:
    """Places (P, V, 3) of some vertices at rest and in every expression."""
    owner = np.repeat(np.arange(len(used)), mesh.row_count[used])
    begin = np.cumsum(mesh.row_count[used]) - mesh.row_count[used]
    rows = mesh.rows[np.arange(len(owner)) - begin[owner] + mesh.row_begin[used][owner]]
    places = np.repeat(mesh.rest[used][None].astype(np.float64), 1 + len(_EXPRESSIONS), 0)
    for pose, names in enumerate(_EXPRESSIONS, 1):
        moves = np.isin(rows[:, 3].astype(np.int64), [INDEX[name] for name in names])
        np.add.at(places[pose], owner[moves], rows[moves, :3])
    return places


def _edges(triangles: NDArray[np.int64], count: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Edges (E, 2), the lower vertex first, and whether other than two triangles share each."""
    sides = np.sort(np.concatenate([triangles[:, (0, 1)], triangles[:, (1, 2)], triangles[:, (2, 0)]]), 1)
    keys, sharing = np.unique(sides[:, 0] * count + sides[:, 1], return_counts=True)
    return np.stack(np.divmod(keys, count), 1), sharing != 2


def _links(
    edges: NDArray[np.int64], count: int, goes: NDArray[np.int64], takes: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether just two vertices (of the two triangles at the edge) are neighbours of both ends."""
    both = np.concatenate([edges, edges[:, ::-1]])
    near = csr_matrix((np.ones(len(both), np.int32), (both[:, 0], both[:, 1])), shape=(count, count))
    shared = np.asarray(near[goes].multiply(near[takes]).sum(1)).ravel()
    return np.asarray(shared == 2)


def _at_another_part(part: Ints, triangles: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether (V,) vertices touch one of another part."""
    mixed = triangles[(part[triangles] != part[triangles[:, :1]]).any(1)]
    out = np.zeros(len(part), bool)
    out[mixed.ravel()] = True
    return out
