"""LivingSkin: how the skin of one head moves beyond linear shapes: it follows its proportions, bulges and folds.

    maker = SkinMaker(mean, triangles, uv, shapes)
    skin = maker.skin(neutral)
    skin.offsets(weights, age=0.4)           # (..., V, 3), to be added to the linear shapes' displacements

Three laws, none of them measured on people:

- shapes follow the head's own proportions (`studio.head.shape_transfer`);
- skin that is compressed bulges along its normal, as much as the place has fat beneath it, and fuller faces more;
- where it is compressed across the lines of `face.wrinkle_map` it folds, the older the deeper.

The studio's pictures do not have them; they are the truth that personal heads are taught and measured with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from face.normals import vertex_normals
from face.skin_folds import BEGINS, fold_basis, furrow_depth
from face.wrinkle_map import region_weights, wrinkle_relief
from protocol.blendshapes import BLENDSHAPES
from studio.arrays import Floats, Ints
from studio.head.shape_transfer import ShapeTransfer

#: Shapes that stay the mean head's: avatars shut their lids with offsets of their own.
LID_SHAPES: Final = tuple(
    row for row, name in enumerate(BLENDSHAPES) if name.startswith(("eyeBlink", "eyeLook"))
)
#: Height of a bulge over skin that would be a whole length shorter, and of a furrow of depth 1 in the oldest face:
#: head-model units.
BULGE, FURROW = 2.2, 0.16
#: Compression from which skin bulges, and how much of it bulges at most.
_BULGES_FROM, _MOST = 0.04, 0.25
#: Places of the atlas with fat beneath: u from the middle, v, radius, share.
_FAT: Final = (
    (0.24, 0.56, 0.11, 1.0), (0.17, 0.36, 0.09, 0.8), (0.0, 0.22, 0.09, 0.7), (0.0, 0.88, 0.22, 0.30),
    (0.13, 0.70, 0.06, 0.35), (0.0, 0.40, 0.08, 0.35),
)  # fmt: skip
#: Side of the relief that furrows are read from; coarse, as the mesh is.
_RELIEF_PX: Final = 128


@dataclass(frozen=True, slots=True, eq=False)
class LivingSkin:
    """The skin of one head.

    Attributes:
        residual: (K, V, 3) what each shape moves beyond the mean head's displacement.
        compression: (K, V) how much shorter the skin becomes; 1 = a whole length.
        bulge: (V, 3) offset of fully compressed skin. folding: (K, R) of `fold_basis`. furrow: (R, V, 3) offset of each
        region fully folded, in the oldest face.
    """

    residual: Floats
    compression: Floats
    bulge: Floats
    folding: Floats
    furrow: Floats

    def offsets(self, weights: Floats, *, age: float) -> Floats:
        """Offsets (..., V, 3) of the skin for weights of the shapes (..., K).

        Args:
            age: 0..1, how lined the face is.
        """
        shape = (*weights.shape[:-1], *self.bulge.shape)
        flat = weights @ self.residual.reshape(len(self.residual), -1)
        shortened = np.clip(weights @ self.compression - np.float32(_BULGES_FROM), 0.0, np.float32(_MOST))
        folded = np.clip((weights @ self.folding - BEGINS) / (1.0 - BEGINS), 0.0, 1.0) * furrow_depth(age)
        made: Floats = flat.reshape(shape) + shortened[..., None] * self.bulge
        made += (folded @ self.furrow.reshape(len(self.furrow), -1)).reshape(shape)
        return made


class SkinMaker:
    """Makes the skins of many heads of one topology."""

    def __init__(self, mean: Floats, triangles: Ints, uv: Floats, shapes: Floats) -> None:
        """Keep the mesh.

        Args:
            mean: (V, 3) float32. triangles: (T, 3) of the face. uv: (V, 2) atlas coordinates.
            shapes: (K, V, 3) float32 of the mean head, in the order of BLENDSHAPES.
        """
        self._mean, self._triangles, self._uv, self._shapes = mean, triangles, uv, shapes
        self._transfer = ShapeTransfer(mean, triangles)
        edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
        self._edges = np.unique(np.sort(edges, axis=1), axis=0)
        self._around = _mean_of_edges(self._edges, len(mean))
        self._fat = fat_of(uv)
        side = _RELIEF_PX
        at = np.clip((uv * side).astype(int), 0, side - 1)
        relief = wrinkle_relief(side)[at[:, 1], at[:, 0]]
        self._relief = np.ascontiguousarray((region_weights(uv) * relief[:, None]).T[..., None])  # (R, V, 1)
        self._fullness = self._cheeks(mean)

    def skin(self, neutral: Floats) -> LivingSkin:
        """The skin of a head (V, 3) at rest."""
        own = self._transfer(neutral, self._shapes)
        own[list(LID_SHAPES)] = self._shapes[list(LID_SHAPES)]
        normal = vertex_normals(neutral, self._triangles)
        full = float(np.clip(self._cheeks(neutral) / self._fullness, 0.7, 1.4)) ** 2
        return LivingSkin(
            residual=own - self._shapes,
            compression=self._compression(neutral, own),
            bulge=(BULGE * full * self._fat)[:, None] * normal,
            folding=fold_basis(neutral, self._uv, self._triangles, own),
            furrow=(FURROW * self._relief * normal).astype(np.float32),
        )

    def _compression(self, neutral: Floats, shapes: Floats) -> Floats:
        """(K, V), the mean over the edges of a vertex and its neighbours."""
        a, b = self._edges.T
        along = neutral[b] - neutral[a]
        square = np.maximum((along**2).sum(1), 1e-6)
        shorter = -np.einsum("kei,ei->ke", shapes[:, b] - shapes[:, a], along) / square
        mean = self._around @ shorter.T  # (V, K)
        for _ in range(2):
            mean = self._around @ (0.5 * (mean[a] + mean[b]))
        return np.ascontiguousarray(mean.T, np.float32)

    def _cheeks(self, vertices: Floats) -> float:
        """Width of the face at the cheeks, a share of its height."""
        cheeks = np.abs(self._uv[:, 1] - 0.45) < 0.06
        wide = np.ptp(vertices[cheeks, 0]) if cheeks.any() else 1.0
        return float(wide / max(float(np.ptp(vertices[:, 1])), 1e-6))


def _mean_of_edges(edges: Ints, count: int) -> Any:
    """The sparse matrix (V, E) that gives each vertex the mean of its edges."""
    from scipy.sparse import csr_matrix, diags

    numbers = np.arange(len(edges))
    rows, columns = np.concatenate([edges[:, 0], edges[:, 1]]), np.concatenate([numbers, numbers])
    ends = csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=(count, len(edges)))
    share = 1.0 / np.maximum(np.asarray(ends.sum(1)).ravel(), 1.0)
    return diags(share.astype(np.float32)) @ ends


def fat_of(uv: Floats) -> Floats:
    """How much fat lies beneath places (V, 2) of the atlas: (V,), 0..1."""
    most = np.zeros(len(uv), np.float32)
    for across, up, radius, share in _FAT:
        away = np.hypot(np.abs(uv[:, 0] - 0.5) - across, uv[:, 1] - up) / radius
        np.maximum(most, share * np.exp(-(away**2)), out=most)
    return most
