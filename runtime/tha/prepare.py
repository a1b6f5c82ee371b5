"""What the tha engine needs of an avatar, as arrays: its drawing and its weights.

arrays = prepare_tha(avatar, size=512)
arrays["drawing"]                # (4, 512, 512) float32, -1..1: linear light, premultiplied
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from face.avatar import Avatar
from face.errors import AvatarError
from face.picture_file import open_picture
from protocol.errors import FileError
from runtime.tha.pixels import to_linear
from runtime.tha.weights import PICTURE_PX, load_weights

#: Roles of the avatar's files.
DRAWING, STUDENT = "drawing", "student"
ENGINE: Final = "tha"


def prepare_tha(avatar: Avatar, size: int) -> dict[str, NDArray[Any]]:
    """The arrays of `runtime.tha.weights.SHAPES`, and "drawing".

    Args:
        size: of the frames; the arrays are the same for all.

    Raises:
        AvatarError: the avatar was made for another engine, or a file of it is damaged.
    """
    missing = [role for role in (DRAWING, STUDENT) if role not in avatar.files]
    if missing:
        raise AvatarError(
            f"{avatar.path} was made for the {avatar.engine} engine and has no {missing[0]}; expected a character of "
            "omote avatar import-tha, or leave out --engine tha"
        )
    arrays: dict[str, NDArray[Any]] = dict(load_weights(avatar.files[STUDENT]))
    path = avatar.files[DRAWING]
    try:
        with open_picture(path, max_side=PICTURE_PX) as picture:
            if picture.size != (PICTURE_PX, PICTURE_PX):
                raise FileError(
                    f"{path} has {picture.size[0]} x {picture.size[1]} pixels, expected {PICTURE_PX} x {PICTURE_PX}"
                )
            rgba = np.asarray(picture.convert("RGBA"))
    except FileError as error:
        raise AvatarError(f"{error}; import the character again") from error
    arrays[DRAWING] = to_linear(rgba) * np.float32(2.0) - np.float32(1.0)
    return arrays
