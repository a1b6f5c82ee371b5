"""Reads pictures that a stranger may have written: PNG and WebP only, of a limited size, checked before decoding.

with open_picture(Path("avatars/me/face.png"), max_side=4096) as picture:
    pixels = picture.convert("RGBA")

Pillow recognises a file by its contents, not by its name, and would start Ghostscript for a PostScript file that is
called thumbnail.png. So only the decoders of PNG and WebP are offered, text and colour profiles that a PNG holds are
limited, and the picture's size is known from its header before a pixel is decoded.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, PngImagePlugin, UnidentifiedImageError, WebPImagePlugin

from protocol.errors import FileError
from protocol.regular_file import read_regular

#: Of decoders that are imported here: for a format that it does not know yet, Pillow would import all of its decoders.
FORMATS: Final = (PngImagePlugin.PngImageFile.format, WebPImagePlugin.WebPImageFile.format)
MAX_BYTES: Final = 64 * 1024 * 1024
#: Text in one PNG, and all text in it: what a program notes about a picture, not a bomb of compressed zeros.
MAX_TEXT_CHUNK: Final = 1024 * 1024
MAX_TEXT: Final = 4 * 1024 * 1024

PngImagePlugin.MAX_TEXT_CHUNK = MAX_TEXT_CHUNK  # Pillow has one limit for the whole process
PngImagePlugin.MAX_TEXT_MEMORY = MAX_TEXT


@contextmanager
def open_picture(
    path: Path, *, max_side: int, follow_links: bool = False, formats: tuple[str, ...] = FORMATS
) -> Iterator[Image.Image]:
    """Open a PNG or WebP picture; its pixels are decoded where they are used, inside the block.

    Args:
        path: the file.
        max_side: a picture with a longer side is refused before decoding, pixels.
        follow_links: as in `protocol.regular_file.open_regular`.
        formats: Pillow's names of the formats that are read; the caller imports their decoders.

    Raises:
        FileError: it cannot be read, is no PNG or WebP picture, is too large, or is damaged, also where that shows
            only when the pixels are decoded.
    """
    data = read_regular(path, max_bytes=MAX_BYTES, follow_links=follow_links)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Pillow, about sizes that are checked here
            with Image.open(BytesIO(data), formats=formats) as picture:
                width, height = picture.size
                if max(width, height) > max_side:
                    raise FileError(
                        f"{path} has {width} x {height} pixels, expected at most {max_side} x {max_side}"
                    )
                yield picture
    except UnidentifiedImageError as error:
        expected = " or ".join("WebP" if name == "WEBP" else name for name in formats)
        raise FileError(f"{path} is not a {expected} picture") from error
    except Image.DecompressionBombError as error:
        raise FileError(f"{path} has too many pixels, expected at most {max_side} x {max_side}") from error
    except (OSError, SyntaxError, ValueError, EOFError, OverflowError, MemoryError) as error:
        raise FileError(f"{path} is a damaged picture ({' '.join(str(error).split())[:120]})") from error
