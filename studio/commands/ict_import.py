"""`omote-studio import`: converts a clone of ICT-FaceKit to ict_facekit.npz, the arrays that the studio reads.

    omote-studio import ICT-FaceKit -o ict_facekit.npz

ICT-FaceKit (MIT, github.com/ICT-VGL/ICT-FaceKit) stores its model as OBJ files in the folder FaceXModel: the neutral head,
identity000 to identity099, and one file for each expression, all with the same vertices in the same order. The arrays hold
the displacement of each vertex from the neutral head.

Source: ICT-FaceKit's README, "Face Model Topology" and "Facial Landmarks".
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from protocol.text_file import utf8_of
from studio.commands.options import Subparsers, checked_output
from studio.errors import StudioError

NEUTRAL: Final = "generic_neutral_mesh.obj"
#: Part -> first vertex, and one past the last.
PART_RANGES: Final = {
    "face": (0, 9409), "head_and_neck": (9409, 11248), "mouth_socket": (11248, 13294),
    "eye_socket_left": (13294, 13678), "eye_socket_right": (13678, 14062), "gums_and_tongue": (14062, 17039),
    "teeth": (17039, 21451), "eyeball_left": (21451, 23021), "eyeball_right": (23021, 24591),
    "lacrimal_fluid": (24591, 24999), "eye_blend": (24999, 25047), "eye_occlusion": (25047, 25351),
    "eyelashes": (25351, 26719),
}  # fmt: skip
#: Vertices of Multi-PIE's 68 landmarks.
LANDMARKS: Final = (
    1225, 1888, 1052, 367, 1719, 1722, 2199, 1447, 966, 3661, 4390, 3927, 3924, 2608, 3272, 4088, 3443, 268, 493, 1914,
    2044, 1401, 3615, 4240, 4114, 2734, 2509, 978, 4527, 4942, 4857, 1140, 2075, 1147, 4269, 3360, 1507, 1542, 1537,
    1528, 1518, 1511, 3742, 3751, 3756, 3721, 3725, 3732, 5708, 5695, 2081, 0, 4275, 6200, 6213, 6346, 6461, 5518, 5957,
    5841, 5702, 5711, 5533, 6216, 6207, 6470, 5517, 5966,
)  # fmt: skip
#: Smaller displacements (head-model units) are left out of an expression.
_STILL: Final = 1e-5


def add_parser(subparsers: Subparsers) -> None:
    """Add `omote-studio import` to the command line."""
    parser = subparsers.add_parser(
        "import",
        help="make ict_facekit.npz from a clone of ICT-FaceKit",
        description="Make the arrays that the studio reads from a clone of ICT-FaceKit "
        "(git clone https://github.com/ICT-VGL/ICT-FaceKit). Takes about a minute.",
        epilog="example: omote-studio import ICT-FaceKit -o ict_facekit.npz",
    )
    parser.add_argument("facekit", type=Path, metavar="CLONE", help="the clone's folder")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("ict_facekit.npz"), metavar="NPZ", help="%(default)s"
    )


def run(options: argparse.Namespace) -> int:
    """Write the arrays; returns the exit status.

    Raises:
        StudioError: the message is for the user.
    """
    from terminal.progress import progress_bar

    output = checked_output(options.output)
    with progress_bar(0, "files") as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar(done)

        arrays = import_facekit(options.facekit, progress=progress)
    partial = output.with_name(output.name + ".part")
    try:
        with partial.open("wb") as file:
            save: Any = np.savez_compressed  # its type stub takes each array's name for an option
            save(file, **arrays)
        partial.replace(output)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise StudioError(f"{output} cannot be written: {error.strerror or error}") from error
    print(
        f"{output}: {len(arrays['identity'])} identity modes, {len(arrays['expression_names'])} expressions",
        file=sys.stderr,
    )
    print(f"next: omote-studio preview --ict {output} -o sheet.png", file=sys.stderr)
    return 0


def import_facekit(
    clone: Path,
    *,
    part_ranges: dict[str, tuple[int, int]] = PART_RANGES,
    landmarks: Sequence[int] = LANDMARKS,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, NDArray[Any]]:
    """Read all arrays of a clone.

    Args:
        clone: the clone's folder, or its folder FaceXModel.
        part_ranges: part -> first vertex, and one past the last. landmarks: vertices of the landmarks.
        progress: called with the number of files read and of all files.

    Returns:
        Array name, as `read_face_source` expects it -> array.

    Raises:
        StudioError: the folder is not a clone, or a file is damaged or of another version.
    """
    folder = clone / "FaceXModel" if (clone / "FaceXModel").is_dir() else clone
    if not (folder / NEUTRAL).is_file():
        raise StudioError(f"there is no {NEUTRAL} in {folder}; expected a clone of ICT-FaceKit")
    others = sorted(path for path in folder.glob("*.obj") if path.name != NEUTRAL)
    modes = [path for path in others if path.stem.startswith("identity")]
    shapes = [path for path in others if path not in modes]
    if len(modes) != 100:
        raise StudioError(f"{folder} holds {len(modes)} identity modes, expected 100; clone it again")
    total = 1 + len(others)
    vertices = _read_vertices(folder / NEUTRAL)
    count = max(high for _, high in part_ranges.values())
    if len(vertices) != count:
        raise StudioError(
            f"{folder / NEUTRAL} has {len(vertices)} vertices, expected {count}; clone the current ICT-FaceKit"
        )
    uv, triangles, uv_triangles = _read_surface(folder / NEUTRAL)
    done = 1

    def moved(path: Path) -> NDArray[np.float32]:
        nonlocal done
        done += 1
        progress(done, total)
        other = _read_vertices(path)
        if other.shape != vertices.shape:
            raise StudioError(f"{path} has {len(other)} vertices, expected {len(vertices)}; clone it again")
        return (other - vertices).astype(np.float32)

    identity = np.stack([moved(path).astype(np.float16) for path in modes])
    index, delta, offset = _sparse([moved(path) for path in shapes])
    return {
        "vertices": vertices.astype(np.float32),
        "uv": uv,
        "triangles": triangles,
        "uv_triangles": uv_triangles,
        "identity": identity,
        "expression_names": np.array([path.stem for path in shapes]),
        "expression_index": index,
        "expression_delta": delta,
        "expression_offset": offset,
        "landmarks_multipie68": np.array(landmarks, np.int32),
        "part_names": np.array(list(part_ranges)),
        "part_ranges": np.array(list(part_ranges.values()), np.int32),
    }


def _sparse(
    deltas: Sequence[NDArray[np.float32]],
) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int32]]:
    """Sparse form of K displacements (V, 3): vertices (R,), their displacements (R, 3), first row of each (K + 1,)."""
    moving = [np.flatnonzero(np.abs(delta).max(1) > _STILL) for delta in deltas]
    rows = [delta[index] for delta, index in zip(deltas, moving, strict=True)]
    offset = np.cumsum([0, *map(len, moving)]).astype(np.int32)
    return np.concatenate(moving).astype(np.int32), np.concatenate(rows), offset


def _lines(path: Path) -> list[str]:
    try:
        return utf8_of(path.read_bytes()).decode().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StudioError(f"{path} cannot be read: {error}") from error


def _read_vertices(path: Path) -> NDArray[np.float64]:
    """Vertices (V, 3) from the lines `v x y z`."""
    try:
        return np.array([line.split()[1:4] for line in _lines(path) if line.startswith("v ")], np.float64)
    except ValueError as error:
        raise StudioError(f"{path} is damaged: {error}; clone it again") from error


def _read_surface(path: Path) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int32]]:
    """Texture coordinates (U, 2), and triangles (T, 3) as indices of vertices and of texture coordinates.

    Polygons are triangulated as fans.
    """
    uv, corners = [], []
    try:
        for line in _lines(path):
            if line.startswith("vt "):
                uv.append([float(number) for number in line.split()[1:3]])
            elif line.startswith("f "):
                polygon = [[int(part) - 1 for part in corner.split("/")[:2]] for corner in line.split()[1:]]
                corners += [(polygon[0], polygon[k], polygon[k + 1]) for k in range(1, len(polygon) - 1)]
        both = np.array(corners, np.int32).reshape(-1, 3, 2)
    except (ValueError, IndexError) as error:
        raise StudioError(f"{path} is damaged: {error}; clone it again") from error
    return np.array(uv, np.float32), np.ascontiguousarray(both[..., 0]), np.ascontiguousarray(both[..., 1])
