"""The pictures that stand behind a head, in the frame's size: (size, size, 4) uint8 sRGB, opaque, top row first.

plate = own_plate_as("blur", own)
plate = colour_plate((0, 177, 64), 512)
plate = picture_plate(Path("beach.jpg"), 512)
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps, JpegImagePlugin

from face.picture_file import FORMATS, open_picture

Plate = NDArray[np.uint8]

#: Standard deviation of the blur, in sides of the frame: shapes are still felt, and nothing can be read.
BLUR: Final = 1 / 28
MAX_PICTURE_PX: Final = 8192
_FORMATS: Final = (*FORMATS, JpegImagePlugin.JpegImageFile.format)


def own_plate_as(kind: str, own: Plate, made_as: str) -> Plate | None:
    """The avatar's own background as one of `background.KINDS`; None = nothing is behind it.

    Args:
        kind: "" or "keep": as it is.
        own: the avatar's plate.
        made_as: how the avatar was made, of `face.avatar.BACKGROUNDS`: a plain backdrop is that already.
    """
    if kind == "transparent":
        return None
    if kind == "blur":
        blurred = Image.fromarray(own[..., :3]).filter(ImageFilter.GaussianBlur(BLUR * len(own)))
        return _opaque(np.asarray(blurred))
    if kind == "plate" and made_as != "plate":
        return plain_plate(own)
    return own


def plain_plate(own: Plate) -> Plate:
    """A plain backdrop in a background's mean colour, lighter around the head; must match authoring/make.py."""
    tone = own[..., :3].mean((0, 1), dtype=np.float64)
    line = np.linspace(-1, 1, len(own), dtype=np.float32)
    glow = np.exp(-(line[None, :] ** 2 + (line[:, None] + 0.15) ** 2) * 1.6)[..., None]
    return _opaque(np.round(np.clip(tone * (0.7 + 0.45 * glow), 0, 255)).astype(np.uint8))


def colour_plate(colour: tuple[int, int, int], size: int) -> Plate:
    """One colour, (r, g, b) 0..255."""
    return np.broadcast_to(np.array((*colour, 255), np.uint8), (size, size, 4)).copy()


def picture_plate(path: Path, size: int) -> Plate:
    """A picture that fills the frame, cut to a square around its middle; what is transparent in it becomes black.

    Raises:
        FileError: it cannot be read, is no PNG, JPEG or WebP picture, is damaged or too large.
    """
    with open_picture(path, max_side=MAX_PICTURE_PX, follow_links=True, formats=_FORMATS) as picture:
        picture.draft("RGB", (2 * size, 2 * size))  # a JPEG is decoded no larger than needed
        whole = ImageOps.exif_transpose(picture).convert("RGBA")
        black = Image.new("RGBA", whole.size, (0, 0, 0, 255))
        fitted = ImageOps.fit(Image.alpha_composite(black, whole), (size, size), Image.Resampling.LANCZOS)
        return np.asarray(fitted).copy()


def _opaque(rgb: NDArray[np.uint8]) -> Plate:
    plate = np.full((*rgb.shape[:2], 4), 255, np.uint8)
    plate[..., :3] = rgb
    return plate
