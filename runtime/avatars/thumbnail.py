"""Draws the small picture of an avatar for the panel.

webp = draw_thumbnail(Path("avatars/me/thumbnail.png"))
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Final

from face.picture_file import open_picture

THUMBNAIL_PX: Final = 192
MAX_THUMBNAIL_PX: Final = 2048


def draw_thumbnail(path: Path) -> bytes:
    """A picture as a WebP file of at most THUMBNAIL_PX a side.

    Raises:
        FileError: it is missing, a link, no PNG or WebP picture, damaged, or larger than MAX_THUMBNAIL_PX a side.
    """
    with open_picture(path, max_side=MAX_THUMBNAIL_PX) as picture:
        small = picture.convert("RGBA")
    small.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
    out = BytesIO()
    small.save(out, "WEBP", quality=85)
    return out.getvalue()
