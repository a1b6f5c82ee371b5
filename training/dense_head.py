"""DenseHead: ICT-FaceKit's head with the labels, the mirror map and the dense shapes that decimation needs.

    head = read_dense_head(Path("ict_facekit.npz"))

The file itself is read by `studio.head.source`; units and axes are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from protocol.blendshapes import BLENDSHAPES
from studio.head.source import PART, FaceSource, read_face_source, tongue_vertices
from studio.surface import components

#: Parts of the head model, in the order of their labels.
PARTS: Final = (
    "face", "ears_and_neck", "scalp", "shoulders", "mouth_socket", "eye_socket", "gums", "tongue",
    "teeth_upper", "teeth_lower", "eyeball_left", "eyeball_right",
)  # fmt: skip
LABEL: Final = {name: label for label, name in enumerate(PARTS)}
#: Vertices below this height belong to the shoulders, model units.
_SHOULDERS_Y: Final = -3.4
#: Upper teeth lie above this height, lower teeth below it, model units.
_BITE_Y: Final = -3.2


@dataclass(frozen=True, slots=True, eq=False)
class DenseHead:
    """The dense head that the head model is made from; units of about a centimetre.

    Attributes:
        vertices: (V, 3) float64, the mean head.
        triangles: (T, 3) vertex indices. labels: (T,) index into PARTS.
        uv: (U, 2) atlas coordinates. uv_triangles: (T, 3) indices into uv.
        identity: (K, V, 3) offsets of one standard deviation of each identity mode.
        expression: (52, V, 3) offsets of each blendshape at 1, in the order of BLENDSHAPES.
        mirror: (V,) index of the vertex nearest to each vertex's mirror image.
    """

    vertices: NDArray[np.float64]
    triangles: NDArray[np.int32]
    labels: NDArray[np.int32]
    uv: NDArray[np.float64]
    uv_triangles: NDArray[np.int32]
    identity: NDArray[np.float32]
    expression: NDArray[np.float32]
    mirror: NDArray[np.int32]

    def of_part(self, name: str) -> NDArray[np.int32]:
        """Triangles (N, 3) of one of PARTS."""
        return np.asarray(self.triangles[self.labels == LABEL[name]], np.int32)


def read_dense_head(path: Path) -> DenseHead:
    """Read ICT-FaceKit's arrays and label their triangles with our parts.

    Args:
        path: ict_facekit.npz; docs/studio.md says how to make it.

    Raises:
        StudioError: the file is missing, damaged, or holds other arrays than expected.
    """
    source = read_face_source(path)
    vertices = source.vertices.astype(np.float64)
    labels = _labels(source, vertices)
    _, mirror = cKDTree(vertices).query(vertices * (-1, 1, 1))
    kept = labels >= 0
    return DenseHead(
        vertices=vertices,
        triangles=source.triangles[kept],
        labels=labels[kept],
        uv=source.uv.astype(np.float64),
        uv_triangles=source.uv_triangles[kept],
        identity=source.identity,
        expression=_dense_shapes(source),
        mirror=mirror.astype(np.int32),
    )


def _labels(source: FaceSource, vertices: NDArray[np.float64]) -> NDArray[np.int32]:
    """Index into PARTS of each triangle (T,); -1 for lashes, lacrimal fluid and the like, which are left out."""
    triangles = source.triangles
    corner_parts = source.vertex_part[triangles]

    def touching(*names: str) -> NDArray[np.bool_]:
        # A triangle between two parts has corners in both; the later assignment below decides.
        return np.asarray(np.isin(corner_parts, [PART[name] for name in names]).any(1))

    charts = components(source.uv_triangles, len(source.uv))[source.uv_triangles[:, 0]]
    labels = np.full(len(triangles), -1, np.int32)
    face = touching("face")
    labels[face] = LABEL["ears_and_neck"]
    labels[touching("head_and_neck")] = LABEL["scalp"]
    is_low = vertices[triangles][:, :, 1].max(1) < _SHOULDERS_Y
    labels[touching("head_and_neck") & is_low] = LABEL["shoulders"]
    labels[touching("mouth_socket")] = LABEL["mouth_socket"]
    labels[touching("eye_socket_left", "eye_socket_right")] = LABEL["eye_socket"]
    # The front of the face is one atlas chart; ears and neck have others.
    labels[charts == np.bincount(charts[face]).argmax()] = LABEL["face"]
    # Gums and tongue are one piece; the tongue has a chart of its own.
    gums = touching("gums_and_tongue")
    labels[gums] = LABEL["gums"]
    on_tongue = gums & np.isin(triangles, tongue_vertices(source)).all(1)
    labels[gums & (charts == np.bincount(charts[on_tongue]).argmax())] = LABEL["tongue"]
    teeth = touching("teeth")
    pieces = components(triangles, len(vertices))[triangles[:, 0]]
    for piece in np.unique(pieces[teeth]):
        jaw = teeth & (pieces == piece)
        is_upper = vertices[triangles[jaw]].reshape(-1, 3)[:, 1].mean() > _BITE_Y
        labels[jaw] = LABEL["teeth_upper" if is_upper else "teeth_lower"]
    for eyeball in ("eyeball_left", "eyeball_right"):
        labels[touching(eyeball)] = LABEL[eyeball]
    return labels


def _dense_shapes(source: FaceSource) -> NDArray[np.float32]:
    """Offsets (52, V, 3) of the blendshapes, from the source's sparse rows."""
    dense = np.zeros((len(BLENDSHAPES), *source.vertices.shape), np.float32)
    shape = np.repeat(np.arange(len(BLENDSHAPES)), np.diff(source.shape_rows))
    dense[shape, source.shape_vertex] = source.shape_delta
    return dense
