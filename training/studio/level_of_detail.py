"""Level of detail: fewer triangles over the same vertices, for parts that are finer than a picture can show.

few = thinned(mesh, triangles, cell, features=True)     # (T', 3)
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import INDEX
from training.studio.mesh import StudioMesh, vertex_normals
from training.studio.noise import Floats
from training.studio.source import Ints

#: Around these landmarks (lids, lips, nostrils) nothing is thinned: radius in head-model units.
_KEPT: Final = ((range(36, 48), 1.25), (range(48, 68), 0.7), (range(31, 36), 1.15))


def thinned(mesh: StudioMesh, triangles: Ints, cell: float, *, features: bool) -> Ints:
    """Vertices within a cell of the mean head become one of them.

    Args:
        features: keep the face's features as they are, and seams of the texture closed.
    """
    used = np.unique(triangles)
    places = mesh.rest[used]
    keys = np.floor(places / cell).astype(np.int64)
    # a vertex on a seam moves to no other chart
    chart = np.floor(mesh.uv[used, 0]).astype(np.int64) * 100 + mesh.part[used]
    facing = np.zeros((len(used), 3), np.int64)
    single = np.zeros(len(used), bool)
    if features:
        # nor does the inside of a thin wall become its outside
        facing = np.round(vertex_normals(mesh.rest, triangles)[used] * 1.4).astype(np.int64)
        single = _near_features(mesh, places) | np.isin(mesh.source_vertex[used], _doubled(mesh))
    # nor does one of the upper jaw become one of the lower
    jaw = np.round(_jaw_drop(mesh)[used] / 0.4).astype(np.int64)
    keys = np.concatenate(
        [keys, chart[:, None], jaw[:, None], facing, np.where(single, np.arange(len(used)) + 1, 0)[:, None]],
        1,
    )
    _, group = np.unique(keys, axis=0, return_inverse=True)
    group = group.ravel()
    # the member next to the group's middle speaks for it
    count = np.bincount(group)
    middle = np.stack([np.bincount(group, places[:, k]) for k in range(3)], 1) / count[:, None]
    away = np.linalg.norm(places - middle[group], axis=1)
    order = np.lexsort((away, group))
    first = np.unique(group[order], return_index=True)[1]
    speaker = used[order[first]]
    place = np.zeros(int(triangles.max()) + 1, np.int64)
    place[used] = group
    moved = speaker[place[triangles]].astype(np.int32)
    kept = (moved[:, 0] != moved[:, 1]) & (moved[:, 1] != moved[:, 2]) & (moved[:, 0] != moved[:, 2])
    return np.unique(_rotated(moved[kept]), axis=0)


def _rotated(triangles: Ints) -> Ints:
    """The same triangles, each beginning with its lowest vertex, so that doubles are equal."""
    start = triangles.argmin(1)[:, None]
    return np.take_along_axis(triangles, (start + np.arange(3)) % 3, 1)


def _near_features(mesh: StudioMesh, places: Floats) -> NDArray[np.bool_]:
    near = np.zeros(len(places), bool)
    for numbers, radius in _KEPT:
        for landmark in mesh.rest[mesh.landmarks[list(numbers)]]:
            near |= ((places - landmark) ** 2).sum(1) < radius**2
    return near


def _jaw_drop(mesh: StudioMesh) -> Floats:
    """How far (N,) the jaw takes each vertex down."""
    begins = np.unique(mesh.row_begin[mesh.row_count > 0])
    rows = np.flatnonzero(mesh.rows[:, 3] == INDEX["jawOpen"])
    drop = np.zeros(len(begins), np.float32)
    drop[np.searchsorted(begins, rows, "right") - 1] = mesh.rows[rows, 1]
    place = np.minimum(np.searchsorted(begins, mesh.row_begin), len(begins) - 1)
    return np.asarray(np.where(mesh.row_count > 0, drop[place], 0.0), np.float32)


def _doubled(mesh: StudioMesh) -> Ints:
    """Source vertices that are drawn more than once."""
    return np.flatnonzero(np.bincount(mesh.source_vertex) > 1).astype(np.int32)
