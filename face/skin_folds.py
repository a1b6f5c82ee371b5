"""SkinFolds: how far an expression folds the skin of each wrinkle region.

    folds = SkinFolds(fold_basis(neutral, uv, triangles, shapes), share, portrait_weights)
    folds(deformer.weights(expression, gaze))            # (REGIONS,) 0..1

Skin folds where it is compressed: where edges of the mesh that lie across a region's lines become shorter. Displacement
is linear in the weights, so to the first order the shortening is as well: a few numbers for each region and shape,
computed once for each avatar.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from face.wrinkle_map import REGIONS

Floats = NDArray[np.float32]


class Across(NamedTuple):
    """How the compression of a region is measured.

    Attributes:
        u, v, radius_u, radius_v: ellipse of the atlas in which it is measured. direction: across the region's lines,
            head space. full: the compression at which the skin is fully folded; 0.2 = edges are a fifth shorter.
    """

    u: float
    v: float
    radius_u: float
    radius_v: float
    direction: tuple[float, float, float]
    full: float


#: In the order of REGIONS.
ACROSS: Final = (
    Across(0.63, 0.900, 0.22, 0.085, (0.0, 1.0, 0.0), 0.22),
    Across(0.37, 0.900, 0.22, 0.085, (0.0, 1.0, 0.0), 0.22),
    Across(0.50, 0.818, 0.075, 0.062, (1.0, 0.0, 0.0), 0.14),
    Across(0.775, 0.742, 0.085, 0.085, (0.0, 1.0, 0.0), 0.24),
    Across(0.225, 0.742, 0.085, 0.085, (0.0, 1.0, 0.0), 0.24),
    Across(0.67, 0.48, 0.06, 0.08, (1.0, 1.0, 0.0), 0.17),
    Across(0.33, 0.48, 0.06, 0.08, (-1.0, 1.0, 0.0), 0.17),
    Across(0.50, 0.29, 0.12, 0.03, (0.0, 1.0, 0.0), 0.14),
)
#: Share of the full compression below which nothing folds.
BEGINS: Final = 0.12
#: An edge counts by its alignment with the direction to this power: nearly parallel ones only.
_SHARPNESS: Final = 4.0


def fold_basis(neutral: Floats, uv: Floats, triangles: NDArray[np.integer[Any]], shapes: Floats) -> Floats:
    """The linear map from weights of shapes to compression.

    Args:
        neutral: (V, 3) head at rest. uv: (V, 2) atlas coordinates. triangles: (T, 3) of the face.
        shapes: (K, V, 3) displacements.

    Returns:
        (K, len(REGIONS)) float32; 1 = fully folded, negative = stretched.
    """
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    edges = np.unique(np.sort(edges, axis=1), axis=0)
    along = neutral[edges[:, 1]] - neutral[edges[:, 0]]
    length = np.maximum(np.linalg.norm(along, axis=1), 1e-6)
    unit = along / length[:, None]
    folds = np.zeros((len(shapes), len(REGIONS)), np.float32)
    for region, across in enumerate(ACROSS):
        away = np.hypot((uv[:, 0] - across.u) / across.radius_u, (uv[:, 1] - across.v) / across.radius_v)
        inside = np.clip((1.0 - away) / 0.35, 0.0, 1.0)[edges].min(axis=1)
        direction = np.asarray(across.direction, np.float32)
        share = (np.abs(unit @ direction) / np.linalg.norm(direction)) ** _SHARPNESS * length * inside
        seen = np.flatnonzero(share > 0)
        moved = shapes[:, edges[seen, 1]] - shapes[:, edges[seen, 0]]
        shortened = -np.einsum("kei,ei->ke", moved, unit[seen]) / length[seen]
        folds[:, region] = shortened @ (share[seen] / max(float(share.sum()), 1e-9)) / across.full
    return folds


def furrow_depth(age: float) -> np.float32:
    """How deep skin folds in a face of an age from 0 (smooth) to 1 (the most lined), a share of the deepest."""
    return np.float32(0.2 + 0.8 * age)


class SkinFolds:
    """The folds of one avatar. Owns its arrays; used from one thread."""

    def __init__(self, basis: Floats, share: Floats, portrait: Floats) -> None:
        """Keep what is fixed.

        Args:
            basis: (K, REGIONS) of `fold_basis`.
            share: (REGIONS,) 0..1, how deep each may become.
            portrait: (K,) weights of the portrait's expression, whose folds are in its picture already.
        """
        self._basis = basis
        self._share = share
        self._portrait = np.maximum(portrait @ basis, 0.0)
        self._folds = np.zeros(len(REGIONS), np.float32)

    def __call__(self, weights: Floats) -> Floats:
        """How far each region is folded beyond the portrait: (REGIONS,) float32, 0..1, overwritten by the next call.

        Args:
            weights: (K,) float32 of `FaceDeformer.weights`.
        """
        folds = self._folds
        np.einsum("k,kr->r", weights, self._basis, out=folds)  # not matmul: see FaceDeformer.deform
        folds -= self._portrait
        folds -= BEGINS
        folds /= 1.0 - BEGINS
        np.clip(folds, 0.0, 1.0, out=folds)
        folds *= self._share
        return folds
