"""PortraitFace: what LivePortrait knows of one portrait, made once by authoring and kept in the avatar's folder.

save_face(face, Path("avatars/me/liveportrait.npz"))
face = load_face(avatar)

LivePortrait's axes: x to the right of the picture, y down, z away from the camera; -1..1 across the crop. A keypoint of the
picture is x = scale (k R + e) + (t_x, t_y, 0), a row times a matrix.

Source: J. Guo et al., "LivePortrait", arXiv 2407.03168, eq. 2.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.array_file import read_arrays
from face.avatar import Avatar
from face.errors import AvatarError
from protocol.blendshapes import BLENDSHAPES
from protocol.errors import FileError

Floats = NDArray[np.float32]

#: The file's role in the manifest, and its name.
ROLE: Final = "liveportrait"
FILE: Final = "liveportrait.npz"
KEYPOINTS: Final = 21
#: What moves the expression: the ARKit coefficients, then gaze to the subject's left and right, up and down.
DRIVEN: Final = (*BLENDSHAPES, "gazeLeft", "gazeRight", "gazeUp", "gazeDown")
#: The gaze at which its coefficients are 1, radians.
FULL_GAZE: Final = 0.5
MAX_BYTES: Final = 64 * 1024 * 1024
_LARGEST: Final = 1e3


@dataclass(frozen=True, slots=True, eq=False)
class PortraitFace:
    """Facts about a portrait, all float32.

    Attributes:
        volume: (1, C, D, H, W) its appearance, F's output.
        keypoints: (K, 3) without pose and expression. expression: (K, 3).
        angles_deg: (3,) pitch, yaw, roll. translation: (3,). scale: (1,). All M's output.
        crop: (3,) centre x, y and side of the square that LivePortrait sees, picture heights from the centre, y down.
        anchor: (3,) the point of the head, head space, that LivePortrait's translation places.
        deltas: (DRIVEN, K, 3) what each coefficient adds to the expression at 1.
        r2: (DRIVEN,) share of what M saw that the deltas explain, 0..1; 0 = not measured.
        lips_met: (K, 3) what closes the portrait's lips; zero if they are closed in it.
    """

    volume: Floats
    keypoints: Floats
    expression: Floats
    angles_deg: Floats
    translation: Floats
    scale: Floats
    crop: Floats
    anchor: Floats
    deltas: Floats
    r2: Floats
    lips_met: Floats


def _shapes() -> dict[str, tuple[int, ...]]:
    points = (KEYPOINTS, 3)
    return {
        "keypoints": points,
        "expression": points,
        "angles_deg": (3,),
        "translation": (3,),
        "scale": (1,),
        "crop": (3,),
        "anchor": (3,),
        "deltas": (len(DRIVEN), *points),
        "r2": (len(DRIVEN),),
        "lips_met": points,
    }


def save_face(face: PortraitFace, path: Path) -> None:
    """Write the file; the volume as float16, half as large and exact to a thousandth."""
    arrays = {one.name: getattr(face, one.name) for one in fields(face)}
    arrays["volume"] = face.volume.astype(np.float16)
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def load_face(avatar: Avatar) -> PortraitFace:
    """Read an avatar's file and check it.

    Raises:
        AvatarError: the avatar has none, or it is damaged.
    """
    if ROLE not in avatar.files:
        raise AvatarError(
            f"{avatar.path} was not made for LivePortrait; make it again: "
            "omote avatar make photo.jpg --engine liveportrait --weights DIR"
        )
    path = avatar.files[ROLE]
    try:
        arrays = read_arrays(path, max_bytes=MAX_BYTES, follow_links=False)
    except FileError as error:
        raise AvatarError(f"{error}; make the avatar again") from error
    wanted = _shapes()
    for name, shape in wanted.items():
        if name not in arrays or arrays[name].shape != shape:
            got = arrays[name].shape if name in arrays else "nothing"
            raise AvatarError(f"{path}: {name} has the shape {got}, expected {shape}; make the avatar again")
    if "volume" not in arrays or arrays["volume"].ndim != 5 or len(arrays["volume"]) != 1:
        raise AvatarError(f"{path}: there is no volume of a portrait; make the avatar again")
    made = {name: np.ascontiguousarray(arrays[name], np.float32) for name in ("volume", *wanted)}
    for name, values in made.items():
        if not np.isfinite(values).all() or float(np.abs(values).max(initial=0.0)) > _LARGEST:
            raise AvatarError(f"{path}: {name} holds numbers out of range; make the avatar again")
    if made["scale"][0] <= 0.0 or made["crop"][2] <= 0.0:
        raise AvatarError(f"{path}: scale and crop must be positive; make the avatar again")
    return PortraitFace(**made)
