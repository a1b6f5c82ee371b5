"""Pictures from strangers: PNG and WebP of a limited size, and nothing else."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from face.picture_file import open_picture
from protocol.errors import FileError

EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n(/tmp/omote-eps) (w) file closefile\n%%EOF\n"


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, *extra: bytes, rows: bytes | None = None) -> bytes:
    """A grey PNG written by hand, as in its specification (W3C PNG, 11.2)."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    data = zlib.compress(rows if rows is not None else (b"\0" + b"\x80" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def read(path: Path, data: bytes, max_side: int = 64) -> tuple[int, int, int]:
    path.write_bytes(data)
    with open_picture(path, max_side=max_side) as picture:
        grey = picture.convert("L")
        pixel = grey.getpixel((0, 0))
        assert isinstance(pixel, int)
        return (*grey.size, pixel)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_pngs_and_webps_are_read(tmp_path: Path, kind: str) -> None:
    Image.new("L", (5, 4), 128).save(tmp_path / "a", kind, lossless=True)
    assert read(tmp_path / "b", (tmp_path / "a").read_bytes()) == (5, 4, 128)


@pytest.mark.parametrize("kind", ["JPEG", "GIF", "TIFF", "BMP", "ICO", "PPM"])
def test_other_formats_are_refused_whatever_the_name(tmp_path: Path, kind: str) -> None:
    Image.new("RGB", (16, 16)).save(tmp_path / "a", kind)
    with pytest.raises(FileError, match=r"thumbnail\.png is not a PNG or WebP picture"):
        read(tmp_path / "thumbnail.png", (tmp_path / "a").read_bytes())


def test_postscript_named_png_never_reaches_ghostscript(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is not a PNG or WebP picture"):
        read(tmp_path / "thumbnail.png", EPS)


def test_too_many_pixels_are_refused_from_the_header(tmp_path: Path) -> None:
    """The data is far too short, which would show first if a pixel were decoded."""
    for width, height in ((65, 1), (1, 65), (13_377, 13_377), (2**31 - 1, 2**31 - 1)):
        with pytest.raises(FileError, match=r"pixels"):
            read(tmp_path / "a", png(width, height, rows=b""))
    assert read(tmp_path / "a", png(64, 64)) == (64, 64, 128)


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt"])
def test_a_bomb_of_compressed_text_is_refused(tmp_path: Path, kind: bytes) -> None:
    zeros = zlib.compress(b"\0" * 50_000_000, 9)
    head = {b"zTXt": b"k\0\0", b"iTXt": b"k\0\1\0\0\0"}[kind]
    with pytest.raises(FileError, match="damaged picture"):
        read(tmp_path / "a", png(4, 4, chunk(kind, head + zeros)))
    many = chunk(kind, head + zlib.compress(b"\0" * 900_000, 9))
    with pytest.raises(FileError, match="damaged picture"):
        read(tmp_path / "a", png(4, 4, *[many] * 50))


def test_a_note_of_another_program_is_no_harm(tmp_path: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("workflow", "x" * 200_000, zip=True)
    Image.new("L", (4, 4), 128).save(tmp_path / "a.png", pnginfo=info)
    with open_picture(tmp_path / "a.png", max_side=4) as picture:
        assert picture.convert("L").getpixel((3, 3)) == 128


@pytest.mark.parametrize("cut", [0, 8, 30, 45])
def test_a_cut_picture_is_refused_in_one_line(tmp_path: Path, cut: int) -> None:
    with pytest.raises(FileError) as raised:
        read(tmp_path / "a.png", png(32, 32)[:cut])
    assert "\n" not in str(raised.value)


@pytest.mark.skipif(os.name == "nt", reason="links and named pipes")
def test_links_and_pipes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(4, 4))
    (tmp_path / "link.png").symlink_to(tmp_path / "a.png")
    os.mkfifo(tmp_path / "pipe.png")
    for name, words in (("link.png", "symbolic link"), ("pipe.png", "named pipe")):
        with (
            pytest.raises(FileError, match=words),
            open_picture(tmp_path / name, max_side=64) as picture,
        ):
            picture.load()
