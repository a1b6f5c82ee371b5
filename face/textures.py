"""Pictures of an avatar as textures: premultiplied RGBA, reduced to the size in which they are drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from face.avatar import Avatar
from face.errors import AvatarError


def load_picture(avatar: Avatar, role: str, side: int | None) -> NDArray[np.uint8]:
    """Load one square picture of an avatar as (S, S, 4) uint8 sRGB, premultiplied, top row first.

    Args:
        role: its name in the manifest.
        side: reduce it to at most this side, pixels; None keeps its size.

    Raises:
        AvatarError: it is missing or damaged.
    """
    path = avatar.files.get(role)
    if path is None:
        raise AvatarError(f"{avatar.path}: its manifest names no {role} picture; make the avatar again")
    try:
        with Image.open(path) as image:
            rgba = np.asarray(image.convert("RGBA"), np.float32)
    except (OSError, UnidentifiedImageError, SyntaxError) as error:
        raise AvatarError(f"{path} is damaged ({error}); copy it again or make the avatar again") from error
    rgba[..., :3] *= rgba[..., 3:] / 255.0
    if side is not None and rgba.shape[0] > side:
        rgba = _reduced(rgba, side)
    return np.round(rgba).clip(0, 255).astype(np.uint8)


def _reduced(rgba: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Premultiplied picture (S, S, 4) box-filtered to (side, side, 4)."""
    channels = [
        np.asarray(Image.fromarray(rgba[..., k]).resize((side, side), Image.Resampling.BOX))
        for k in range(4)
    ]  # fmt: skip
    return np.stack(channels, -1).astype(np.float32)
