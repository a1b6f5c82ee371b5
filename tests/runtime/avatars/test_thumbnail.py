"""Thumbnails of strangers' files: small WebP pictures, or a refusal."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from protocol.errors import FileError
from runtime.avatars.thumbnail import MAX_THUMBNAIL_PX, THUMBNAIL_PX, draw_thumbnail


def test_a_picture_becomes_small_and_keeps_its_shape(tmp_path: Path) -> None:
    Image.new("RGBA", (800, 400), (200, 20, 20, 255)).save(tmp_path / "a.png")
    with Image.open(BytesIO(draw_thumbnail(tmp_path / "a.png"))) as picture:
        assert (picture.format, picture.size) == ("WEBP", (THUMBNAIL_PX, THUMBNAIL_PX // 2))
        red, green, _, alpha = picture.convert("RGBA").getpixel((50, 50))  # type: ignore[misc]
        assert red > 190
        assert green < 30
        assert alpha == 255


def test_the_size_is_limited_before_decoding(tmp_path: Path) -> None:
    Image.new("1", (MAX_THUMBNAIL_PX + 1, 1)).save(tmp_path / "a.png")
    with pytest.raises(FileError, match="2049 x 1 pixels"):
        draw_thumbnail(tmp_path / "a.png")


@pytest.mark.skipif(os.name == "nt", reason="links and named pipes")
def test_links_pipes_and_postscript_are_refused(tmp_path: Path) -> None:
    Image.new("L", (8, 8)).save(tmp_path / "a.png")
    (tmp_path / "link.png").symlink_to(tmp_path / "a.png")
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "eps.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n")
    for name, words in (("link", "symbolic link"), ("pipe", "named pipe"), ("eps", "not a PNG or WebP")):
        with pytest.raises(FileError, match=words):
            draw_thumbnail(tmp_path / f"{name}.png")
