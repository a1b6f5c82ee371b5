"""Where the head engine fades or inks the outline of the face."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.rig import HeadRig

#: The ellipse of the mean head outside of which a turned face's outline can be: height of its middle, half width and half
#: height, model units; and the share of it over which that begins.
_MIDDLE: Final = 0.6
_HALF_WIDTH, _HALF_HEIGHT = 3.9, 6.6
_FADE: Final = 0.2
#: Cosine by which an outline is moved inwards, onto the mesh: a normal may face the camera that much where facets beside it
#: face away. On average the outline then lies where that of the mesh does.
SLACK: Final = 0.05


def outline_mask(rig: HeadRig) -> NDArray[np.float32]:
    """Where an edge of the face lies in front of something that is drawn already.

    1 wherever a head that is turned within its limits ends, on the mean head: at cheeks, temples, brows and jaw. 0 at nose,
    eyes and mouth: a soft edge there would show what lies behind the head.

    Returns:
        (V, 2) float32, 0..1: first with lids and lips, then without.
    """
    model = rig.model
    across, up, _ = np.abs(model.vertices - (0.0, _MIDDLE, 0.0)).T
    outline = np.clip((np.hypot(across / _HALF_WIDTH, up / _HALF_HEIGHT) - 1) / _FADE + 1, 0, 1)
    with_loops = outline.copy()
    loops = (*model.lids, model.lips)
    edges = model.vertices[np.concatenate([half for loop in loops for half in (loop.upper, loop.lower)])]
    face = np.unique(model.triangles["face"])
    gap = np.linalg.norm(model.vertices[face][:, None] - edges[None], axis=2).min(1)
    with_loops[face] = np.maximum(with_loops[face], np.clip(2 - 2 * gap, 0, 1))
    outline[face] *= np.clip(2 * gap - 1, 0, 1)
    return np.stack([with_loops, outline], 1).astype(np.float32)


def smooth_normals(normals: NDArray[np.float32], triangles: NDArray[np.int32]) -> NDArray[np.float32]:
    """Remove small bumps, which would break an inked outline into short strokes.

    Args:
        normals: (V, 3) float32, unit length.
        triangles: (T, 3) int32, indices of vertices.

    Returns:
        (V, 3) float32, unit length.
    """
    for _ in range(4):
        mean = normals.copy()
        np.add.at(mean, triangles.reshape(-1), normals[triangles].sum(1).repeat(3, 0))
        normals = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-6)
    return normals
