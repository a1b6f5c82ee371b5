"""HeadSpace: the space around the mean head: a signed distance field, and its deformation by an identity.

Hair, clothes and glasses are made for the mean head. A lattice of displacements (free-form deformation) fits them to other
identities.

    space = HeadSpace(source)
    distance, outward = space.distance(points)      # signed, to the skin
    lattice = space.lattice(delta)                  # (Z, Y, X, 3) displacements, for a 3D texture
"""

from __future__ import annotations

from typing import Final

import numpy as np

from face.normals import vertex_normals
from studio.arrays import Floats, Reals
from studio.head.source import FaceSource

#: Lowest and highest corner of the space, head space.
LOW: Final = np.array([-18.0, -34.0, -18.0], np.float32)
HIGH: Final = np.array([18.0, 22.0, 18.0], np.float32)
#: Grid points along x, y, z of the distance field, and of the lattice.
_FINE: Final = (37, 57, 37)
_COARSE: Final = (23, 35, 23)
_CELLS_A_UNIT: Final = (np.array(_FINE) - 1) / (HIGH - LOW)
_LAST_CELL: Final = np.array(_FINE) - 1.001
#: Strides of the flattened field along x, y, z, and offsets of a cell's eight corners from its lowest.
_STRIDES: Final = np.array([_FINE[1] * _FINE[2], _FINE[2], 1])
_CORNERS: Final = np.array([(k >> 2, k >> 1 & 1, k & 1) for k in range(8)]) @ _STRIDES


class HeadSpace:
    """Distance field and lattice of the mean head.

    Attributes:
        skin_triangles: (T, 3) int32, triangles of face, scalp and neck.
        vertices, normals: (V, 3) float32 of the source's mean head.
    """

    def __init__(self, source: FaceSource) -> None:
        """Compute the field, which takes about a second."""
        from scipy.sparse import csr_matrix
        from scipy.spatial import cKDTree

        triangles = source.of_part("face", "head_and_neck")
        self.skin_triangles = triangles
        used = np.unique(triangles)
        vertices = source.vertices
        normals = vertex_normals(vertices, triangles)
        self.vertices, self.normals = vertices, normals
        tree = cKDTree(vertices[used])
        cells = _cells(_FINE)
        _, near = tree.query(cells, k=3)
        near = used[near]
        away = cells[:, None] - vertices[near]
        # near the surface the distance along the normal, further out the Euclidean distance
        along = np.einsum("nki,nki->nk", away, normals[near]).mean(1)
        euclidean = np.linalg.norm(away, axis=2).min(1)
        distance = (
            np.where(euclidean < 1.0, along, np.sign(along) * euclidean).astype(np.float32).reshape(_FINE)
        )
        gradient = np.stack(np.gradient(distance), -1)
        outward = gradient / np.maximum(np.linalg.norm(gradient, axis=-1, keepdims=True), 1e-6)
        # in one array, so that an interpolation reads both at once
        self._field = np.concatenate([distance[..., None], outward], -1).astype(np.float32).reshape(-1, 4)
        coarse = _cells(_COARSE)
        far, near = tree.query(coarse, k=10)
        weight = np.exp(-((far / (far[:, :1] + 1.2)) ** 2))
        weight /= weight.sum(1, keepdims=True)
        rows = np.repeat(np.arange(len(coarse)), 10)
        shape = (len(coarse), len(vertices))
        self._spread = csr_matrix(
            (weight.ravel().astype(np.float32), (rows, used[near].ravel())), shape=shape
        )

    def distance(self, points: Reals) -> tuple[Floats, Floats]:
        """Signed distance of points to the mean head's skin, interpolated from the field.

        Args:
            points: (N, 3), head space; points outside of the space are clamped to it.

        Returns:
            Distance (N,), negative inside, and its unit gradient (N, 3), which points outwards.
        """
        place = np.clip((points - LOW) * _CELLS_A_UNIT, 0, _LAST_CELL)
        low = place.astype(np.int32)
        part = (place - low).astype(np.float32)
        # weights of a cell's eight corners, in the order of _CORNERS
        x, y, z = (np.stack([1 - part[:, k], part[:, k]], 1) for k in range(3))
        weight = (x[:, :, None, None] * y[:, None, :, None] * z[:, None, None, :]).reshape(-1, 8)
        around = self._field[(low @ _STRIDES)[:, None] + _CORNERS]
        mixed = np.einsum("nk,nkc->nc", weight, around)
        outward = mixed[:, 1:]
        outward /= np.maximum(np.sqrt(np.einsum("nc,nc->n", outward, outward)), 1e-6)[:, None]
        return mixed[:, 0], outward

    def lattice(self, delta: Floats) -> Floats:
        """Displacements of the lattice for displacements of the source's vertices.

        Args:
            delta: (V, 3) float32.

        Returns:
            (Z, Y, X, 3) float32.
        """
        spread = np.asarray(self._spread @ delta, np.float32).reshape(*_COARSE, 3)
        return np.ascontiguousarray(spread.transpose(2, 1, 0, 3))


def _cells(shape: tuple[int, int, int]) -> Floats:
    axes = [np.linspace(LOW[k], HIGH[k], shape[k], dtype=np.float32) for k in range(3)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
