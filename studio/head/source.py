"""FaceSource: ICT-FaceKit's head: all parts, the 52 ARKit blendshapes, 100 identity modes.

    source = read_face_source(Path("ict_facekit.npz"))

The data is the user's own copy of ICT-FaceKit (MIT) and not part of this project. Head-model units are about a
centimetre; +X to the subject's left, +Y up, +Z out of the face.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from face.array_file import read_arrays
from face.easing import ease_in_out
from protocol.blendshapes import BLENDSHAPES
from protocol.errors import FileError
from studio.arrays import Floats, Ints
from studio.errors import StudioError
from studio.surface import components

#: Parts in the order of the part labels.
PARTS: Final = (
    "background", "face", "head_and_neck", "mouth_socket", "eye_socket_left", "eye_socket_right", "gums_and_tongue",
    "teeth", "eyeball_left", "eyeball_right", "lacrimal_fluid", "eye_blend", "eye_occlusion", "eyelashes",
    "brows", "hair", "clothes", "glasses",
)  # fmt: skip
#: Of the file, and of its arrays unpacked: about 60 MB.
MAX_BYTES: Final = 1024**3
PART: Final = {name: number for number, name in enumerate(PARTS)}
_NEEDED: Final = (
    "vertices", "uv", "triangles", "uv_triangles", "identity", "expression_names", "expression_index",
    "expression_delta", "expression_offset", "landmarks_multipie68", "part_names", "part_ranges",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class FaceSource:
    """The mean head, its identity modes and its blendshapes; lengths in head-model units.

    Attributes:
        vertices: (V, 3) the mean head.
        identity: (100, V, 3) displacement by one standard deviation of each mode.
        triangles: (T, 3) vertex indices. uv_triangles: (T, 3) indices into uv. part: (T,) number of the PART
            of the first corner. vertex_part: (V,) number of the PART of each vertex.
        uv: (U, 2) texture coordinates; the integer part is the tile.
        shape_rows: (53,) shape k of BLENDSHAPES has the rows shape_rows[k] to shape_rows[k + 1].
        shape_vertex: (R,) vertex of each row. shape_delta: (R, 3) its displacement by the shape.
        landmarks: (68,) vertices of the Multi-PIE landmarks.
    """

    vertices: Floats
    identity: Floats
    triangles: Ints
    uv_triangles: Ints
    part: Ints
    vertex_part: Ints
    uv: Floats
    shape_rows: Ints
    shape_vertex: Ints
    shape_delta: Floats
    landmarks: Ints

    def of_part(self, *names: str) -> Ints:
        """Triangles (N, 3) of parts by name."""
        return self.triangles[np.isin(self.part, [PART[name] for name in names])]


def read_face_source(path: Path) -> FaceSource:
    """Read ICT-FaceKit's arrays.

    Args:
        path: ict_facekit.npz; docs/studio.md says how to make it.

    Raises:
        StudioError: the file is missing or damaged, or holds other arrays than expected.
    """
    try:
        stored = read_arrays(path, max_bytes=MAX_BYTES)
        arrays = {name: stored[name] for name in _NEEDED}
    except (FileError, KeyError) as error:
        if isinstance(error.__cause__, FileNotFoundError):
            raise StudioError(f"{path} does not exist; name ICT-FaceKit's arrays with --ict") from error
        raise StudioError(
            f"{path} is not a file of ICT-FaceKit's arrays ({error}); docs/studio.md says how to make it"
        ) from error
    try:
        return _face_source(path, arrays)
    except (IndexError, KeyError, TypeError, ValueError) as error:  # arrays that do not fit together
        raise StudioError(
            f"{path} holds other arrays than ICT-FaceKit's ({error}); docs/studio.md says how to make it"
        ) from error


def _face_source(path: Path, arrays: dict[str, Any]) -> FaceSource:
    vertices = arrays["vertices"].astype(np.float32)
    if vertices.ndim != 2 or arrays["identity"].shape[1:] != vertices.shape:
        raise StudioError(
            f"{path}: identity {arrays['identity'].shape} does not fit vertices {vertices.shape}"
        )
    vertex_part = np.zeros(len(vertices), np.int32)
    for name, (low, high) in zip(arrays["part_names"], arrays["part_ranges"], strict=True):
        vertex_part[low:high] = PART[str(name)]
    rows, vertex, delta = _arkit_shapes(arrays, len(vertices))
    return FaceSource(
        vertices=vertices,
        identity=arrays["identity"].astype(np.float32),
        triangles=arrays["triangles"].astype(np.int32),
        uv_triangles=arrays["uv_triangles"].astype(np.int32),
        part=vertex_part[arrays["triangles"][:, 0]],
        vertex_part=vertex_part,
        uv=arrays["uv"].astype(np.float32),
        shape_rows=rows,
        shape_vertex=vertex,
        shape_delta=delta,
        landmarks=arrays["landmarks_multipie68"].astype(np.int32),
    )


def tongue_vertices(source: FaceSource) -> Ints:
    """Vertices (N,) of the tongue, which is in one part with the gums."""
    k = BLENDSHAPES.index("tongueOut")
    return source.shape_vertex[source.shape_rows[k] : source.shape_rows[k + 1]]


def _arkit_shapes(arrays: dict[str, Any], count: int) -> tuple[Ints, Ints, Floats]:
    """ICT's shapes as sparse rows under ARKit's names: halves are joined, and the tongue's is made here."""
    offsets = arrays["expression_offset"]
    raw = {
        str(name).replace("_L", "Left").replace("_R", "Right"): (
            arrays["expression_index"][offsets[i] : offsets[i + 1]],
            arrays["expression_delta"][offsets[i] : offsets[i + 1]],
        )
        for i, name in enumerate(arrays["expression_names"])
    }
    # eyeballs turn as a rotation, not as a shape
    ranges = {str(n): r for n, r in zip(arrays["part_names"], arrays["part_ranges"], strict=True)}
    balls = np.zeros(count, bool)
    for name in ("eyeball_left", "eyeball_right"):
        balls[slice(*ranges[name])] = True

    def joined(*weighted: tuple[str, float]) -> tuple[Ints, Floats]:
        dense = np.zeros((count, 3), np.float32)
        for name, weight in weighted:
            index, delta = raw[name]
            dense[index] += np.float32(weight) * delta
            if name.startswith("eyeLook"):
                dense[balls] = 0.0
        index = np.flatnonzero(np.abs(dense).max(1) > 1e-5).astype(np.int32)
        return index, dense[index]

    found = []
    for name in BLENDSHAPES:
        if name == "tongueOut":
            found.append(_tongue_out(arrays, ranges))
        elif name in ("browInnerUp", "cheekPuff"):
            found.append(joined((f"{name}Left", 1.0), (f"{name}Right", 1.0)))
        elif name.startswith("cheekSquint"):
            found.append(joined((name, 1.0), (name.replace("Squint", "Raiser"), 0.6)))
        else:
            found.append(joined((name, 1.0)))
    rows = np.cumsum([0, *(len(index) for index, _ in found)]).astype(np.int32)
    return rows, np.concatenate([index for index, _ in found]), np.concatenate([delta for _, delta in found])


def _tongue_out(arrays: dict[str, Any], ranges: dict[str, Any]) -> tuple[Ints, Floats]:
    """The tongue comes forward between the teeth and bends down over the lip; its root stays."""
    low, high = ranges["gums_and_tongue"]
    triangles = arrays["triangles"]
    chosen = (triangles[:, 0] >= low) & (triangles[:, 0] < high)
    # gums and tongue are one piece; the tongue's chart is the one in the middle of the mouth
    charts = components(arrays["uv_triangles"], len(arrays["uv"]))[arrays["uv_triangles"][chosen, 0]]
    middle = np.linalg.norm(arrays["vertices"][triangles[chosen]].mean(1) - (0.0, -3.2, 8.0), axis=1)
    index = np.unique(triangles[chosen][charts == charts[middle.argmin()]]).astype(np.int32)
    along = np.clip((arrays["vertices"][index, 2] - 3.0) / 6.5, 0.0, 1.0)
    along = ease_in_out(along)
    delta = along[:, None] * np.array([0.0, 0.1, 3.6]) + (along**3)[:, None] * np.array([0.0, -0.9, 0.0])
    return index, delta.astype(np.float32)
