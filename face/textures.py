"""Pictures of an avatar as textures: premultiplied RGBA, reduced to the size in which they are drawn."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from face.avatar import Avatar
from face.errors import AvatarError
from face.picture_file import open_picture
from protocol.errors import FileError

#: Longest side of an avatar's picture, pixels; `omote avatar make` writes at most 2048.
MAX_SIDE: Final = 4096
#: Rows that are premultiplied together, so that a large picture needs little memory besides itself.
_ROWS: Final = 256


def load_picture(avatar: Avatar, role: str, side: int | None) -> NDArray[np.uint8]:
    """Load one square picture of an avatar as (S, S, 4) uint8 sRGB, premultiplied, top row first.

    Args:
        role: its name in the manifest.
        side: reduce it to at most this side, pixels; None keeps its size.

    Raises:
        AvatarError: it is missing, damaged, not square or too large.
    """
    path = avatar.files.get(role)
    if path is None:
        raise AvatarError(f"{avatar.path}: its manifest names no {role} picture; make the avatar again")
    try:
        with open_picture(path, max_side=MAX_SIDE) as image:
            width, height = image.size
            if width != height:
                raise FileError(f"{path} has {width} x {height} pixels, expected a square")
            is_opaque = image.mode == "RGB"
            rgba = np.asarray(image.convert("RGBA"))
    except FileError as error:
        raise AvatarError(f"{error}; copy it again or make the avatar again") from error
    if side is not None and width > side:
        return _reduced(rgba, side)
    if is_opaque:  # as it is: this takes a quarter of a built-in avatar's time
        return rgba
    premultiplied = np.empty_like(rgba)
    for first in range(0, height, _ROWS):
        rows = rgba[first : first + _ROWS].astype(np.float32)
        rows[..., :3] *= rows[..., 3:] / 255.0
        premultiplied[first : first + _ROWS] = np.round(rows).clip(0, 255)
    return premultiplied


def _reduced(rgba: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Straight picture (S, S, 4) premultiplied and box-filtered to (side, side, 4)."""
    share = rgba[..., 3].astype(np.float32) / np.float32(255.0)
    reduced = np.empty((side, side, 4), np.uint8)
    for k in range(4):
        values = rgba[..., k].astype(np.float32)
        if k < 3:
            values *= share
        small = np.asarray(Image.fromarray(values).resize((side, side), Image.Resampling.BOX))
        reduced[..., k] = np.round(small).clip(0, 255)
    return reduced
