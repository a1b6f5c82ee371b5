from __future__ import annotations

import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from authoring.errors import PortraitError
from authoring.portrait.portrait import MAX_SIDE, load_portrait

ROOT = Path(__file__).resolve().parents[3]
WIDTH, HEIGHT = 160, 120


def scene() -> Image.Image:
    """A picture whose corners differ: red grows to the right, green downwards."""
    x, y = np.meshgrid(np.linspace(0, 255, WIDTH), np.linspace(0, 255, HEIGHT))
    return Image.fromarray(np.stack([x, y, np.full_like(x, 60)], -1).astype(np.uint8))


PLAIN = np.asarray(scene(), float)


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., Path]:
    def save(image: Image.Image, name: str = "picture.png", **options: object) -> Path:
        path = tmp_path / name
        image.save(path, **options)
        return path

    return save


def test_a_plain_picture_is_returned_unchanged(saved: Callable[..., Path]) -> None:
    portrait = load_portrait(saved(scene()))
    assert portrait.rgb.dtype == np.uint8
    assert portrait.rgb.flags.c_contiguous
    assert (portrait.rgb == PLAIN).all()
    assert portrait.alpha is None
    assert portrait.scale == 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_exif_rotation_gives_the_upright_picture(saved: Callable[..., Path], orientation: int) -> None:
    # What a camera stores so that a viewer, following the EXIF specification's table, shows the scene.
    stored = {
        1: scene(),
        2: scene().transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: scene().transpose(Image.Transpose.ROTATE_180),
        4: scene().transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: scene().transpose(Image.Transpose.TRANSPOSE),
        6: scene().transpose(Image.Transpose.ROTATE_90),
        7: scene().transpose(Image.Transpose.TRANSVERSE),
        8: scene().transpose(Image.Transpose.ROTATE_270),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    portrait = load_portrait(saved(stored, "turned.png", exif=exif))
    assert (portrait.rgb == PLAIN).all()


#: What each format can hold.
MODES = {
    "png": ("L", "LA", "P", "RGBA", "1", "I;16"),
    "tiff": ("L", "LA", "P", "RGBA", "RGBX", "CMYK", "YCbCr", "1", "I;16", "I", "F"),
    "jpg": ("L", "CMYK", "YCbCr", "1"),
    "webp": ("L", "P", "RGBA"),
}


@pytest.mark.parametrize(("ending", "mode"), [(ending, mode) for ending in MODES for mode in MODES[ending]])
def test_every_mode_becomes_rgb(saved: Callable[..., Path], mode: str, ending: str) -> None:
    grey = scene().convert("L")
    if mode in ("I;16", "I", "F"):
        wide = np.asarray(grey).astype(np.float64) * 257
        image = Image.fromarray(wide.astype({"I;16": np.uint16, "I": np.int32, "F": np.float32}[mode]))
    else:
        image = scene().convert(mode)
    rgb = load_portrait(saved(image, f"picture.{ending}")).rgb.astype(float)
    assert rgb.shape == PLAIN.shape
    is_grey = mode in ("L", "LA", "1", "I;16", "I", "F")
    expected = np.repeat(np.asarray(grey, float)[..., None], 3, 2) if is_grey else PLAIN
    tolerance = 90 if mode == "1" else 24 if mode in ("P", "CMYK") else 8
    # Dithered pictures are right on average only.
    assert np.abs(blurred(rgb) - blurred(expected)).mean() < tolerance


def blurred(rgb: np.ndarray) -> np.ndarray:
    blocks = rgb.reshape(HEIGHT // 8, 8, WIDTH // 8, 8, 3)
    return blocks.mean((1, 3))


def test_a_dark_16_bit_picture_stays_dark(saved: Callable[..., Path]) -> None:
    dark = np.full((HEIGHT, WIDTH), 200, np.uint16)  # of 65535
    rgb = load_portrait(saved(Image.fromarray(dark), "dark.png")).rgb
    assert rgb.max() <= 1


def test_its_own_alpha_is_kept(saved: Callable[..., Path]) -> None:
    alpha = np.zeros((HEIGHT, WIDTH), np.uint8)
    alpha[:, : WIDTH // 2] = 255
    image = scene()
    image.putalpha(Image.fromarray(alpha))
    portrait = load_portrait(saved(image))
    assert portrait.alpha is not None
    assert (portrait.alpha == alpha).all()
    assert (portrait.rgb[:, : WIDTH // 2] == PLAIN[:, : WIDTH // 2]).all()


def test_each_colour_of_a_palette_may_have_its_own_alpha(tmp_path: Path) -> None:
    """As programs that make PNGs small write them; Pillow warns of such pictures where they are converted to RGB."""
    picture = Image.new("P", (400, 300), 0)
    picture.putpalette([200, 30, 30, 20, 180, 20, 10, 10, 220])
    picture.paste(1, (100, 0, 200, 300))
    picture.paste(2, (200, 0, 400, 300))
    picture.save(tmp_path / "small.png", transparency=bytes([255, 128, 0]))
    portrait = load_portrait(tmp_path / "small.png")
    assert portrait.alpha is not None
    assert [int(portrait.alpha[150, x]) for x in (50, 150, 300)] == [255, 128, 0]
    assert [tuple(portrait.rgb[150, x]) for x in (50, 150)] == [(200, 30, 30), (20, 180, 20)]


def test_an_opaque_alpha_is_dropped(saved: Callable[..., Path]) -> None:
    assert load_portrait(saved(scene().convert("RGBA"))).alpha is None


def test_a_palettes_transparent_colour_is_alpha(saved: Callable[..., Path]) -> None:
    image = Image.new("P", (WIDTH, HEIGHT), 1)
    image.putpalette([0, 0, 0, 255, 0, 0] + [0] * 750)
    image.paste(0, (0, 0, 40, HEIGHT))
    portrait = load_portrait(saved(image, "palette.png", transparency=0))
    assert portrait.alpha is not None
    assert portrait.alpha[5, 5] == 0
    assert portrait.alpha[5, 100] == 255
    assert tuple(portrait.rgb[5, 100]) == (255, 0, 0)


def test_a_large_picture_is_scaled_down_and_a_region_of_it_less(saved: Callable[..., Path]) -> None:
    large = scene().resize((4800, 3600), Image.Resampling.BICUBIC)
    path = saved(large, "large.jpg", quality=95)
    whole = load_portrait(path)
    assert max(whole.rgb.shape) == MAX_SIDE
    assert whole.rgb.shape[1] / 4800 == pytest.approx(whole.scale, rel=0.01)
    part = load_portrait(path, (0.25, 0.5, 0.5, 0.75))
    assert part.scale == pytest.approx(1, rel=0.01)
    assert part.rgb.shape == (900, 1200, 3)
    expected = np.asarray(large, float)[1800:2700, 1200:2400]
    assert np.abs(part.rgb - expected).mean() < 3


def test_a_region_of_a_rotated_picture_refers_to_the_upright_one(saved: Callable[..., Path]) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = saved(scene().transpose(Image.Transpose.ROTATE_90), "turned.png", exif=exif)
    part = load_portrait(path, (0.5, 0.0, 1.0, 0.5))
    assert (part.rgb == PLAIN[: HEIGHT // 2, WIDTH // 2 :]).all()


def test_turned_rotates_counter_clockwise(saved: Callable[..., Path]) -> None:
    portrait = load_portrait(saved(scene()))
    assert (portrait.turned(1).rgb == np.asarray(scene().transpose(Image.Transpose.ROTATE_90))).all()
    assert portrait.turned(0) is portrait


def bytes_of(saved: Callable[..., Path], name: str) -> bytes:
    return saved(scene().resize((400, 400)), name).read_bytes()


@pytest.mark.parametrize("name", ["cut.jpg", "cut.png", "cut.webp", "cut.tiff"])
def test_a_truncated_picture_is_refused(saved: Callable[..., Path], tmp_path: Path, name: str) -> None:
    whole = bytes_of(saved, name)
    (tmp_path / name).write_bytes(whole[: len(whole) // 3])
    with pytest.raises(PortraitError, match=r"export it again|not a picture"):
        load_portrait(tmp_path / name)


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\x89PNG\r\n\x1a\n" + b"\0" * 200, b"%PDF-1.4", b"GIF89a"]
)
def test_a_file_that_is_not_a_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "photo.jpg").write_bytes(content)
    with pytest.raises(PortraitError, match=r"photo.jpg"):
        load_portrait(tmp_path / "photo.jpg")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.jpg", tmp_path):
        with pytest.raises(PortraitError, match="no such file"):
            load_portrait(path)


def test_a_tiny_picture_is_refused_with_its_size(saved: Callable[..., Path]) -> None:
    with pytest.raises(PortraitError, match="64x48, at least 96"):
        load_portrait(saved(scene().resize((64, 48))))


def test_a_picture_with_an_enormous_size_in_its_header_is_refused_unread(tmp_path: Path) -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    content = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    (tmp_path / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + content)
    with pytest.raises(PortraitError, match="megapixels"):
        load_portrait(tmp_path / "bomb.png")


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak memory in Linux's units")
def test_a_hundred_megapixels_are_decoded_at_reduced_size(saved: Callable[..., Path]) -> None:
    """JPEG's own reduced decoding: nowhere near the 300 MB that all pixels would take."""
    path = saved(scene().resize((11_600, 8_700), Image.Resampling.BILINEAR), "huge.jpg", quality=50)
    program = (
        "import resource, sys; from pathlib import Path; from authoring.portrait.portrait import load_portrait\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "rgb = load_portrait(Path(sys.argv[1])).rgb\n"
        "after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(max(rgb.shape), abs(255 - int(rgb[:, -1, 0].min())), (after - before) // 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    longest, off, megabytes = (int(word) for word in done.stdout.split())
    assert longest == MAX_SIDE
    assert off < 12
    assert megabytes < 150


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_a_colour_profile_is_applied(saved: Callable[..., Path], mode: str) -> None:
    """A profile in which red and blue have changed places: the portrait has them back."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"....").replace(b"bXYZ", b"rXYZ").replace(b"....", b"bXYZ")
    image = scene().convert(mode)
    portrait = load_portrait(saved(image, "swapped.png", icc_profile=swapped))
    assert np.abs(portrait.rgb - np.asarray(image.convert("RGB"), float)[..., ::-1]).mean() < 2


def test_a_broken_colour_profile_is_ignored(saved: Callable[..., Path]) -> None:
    broken = load_portrait(saved(scene(), "broken.png", icc_profile=b"no profile at all"))
    assert (broken.rgb == PLAIN).all()


def test_postscript_never_reaches_ghostscript_whatever_its_name(tmp_path: Path) -> None:
    """Pillow would start Ghostscript for it, which can run programs and read files."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 200 200\n%%EndComments\nshowpage\n%%EOF\n")
    with pytest.raises(PortraitError, match="is not a picture that can be read"):
        load_portrait(path)


@pytest.mark.skipif(os.name == "nt", reason="named pipes in folders")
def test_a_pipe_is_no_portrait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "photo.jpg")
    with pytest.raises(PortraitError, match="no such file"):
        load_portrait(tmp_path / "photo.jpg")


def hidden_face(seen: tuple[int, int, int], hidden: np.ndarray, hidden_alpha: int = 0) -> Image.Image:
    """The left half is seen, the right half is under the alpha channel."""
    values = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    values[:, : WIDTH // 2] = (*seen, 255)
    values[:, WIDTH // 2 :, :3] = hidden
    values[:, WIDTH // 2 :, 3] = hidden_alpha
    return Image.fromarray(values, "RGBA")


@pytest.mark.parametrize("hidden_alpha", [0, 1, 3])
def test_what_is_hidden_under_the_alpha_channel_does_not_exist(
    saved: Callable[..., Path], hidden_alpha: int
) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH - WIDTH // 2, 3), np.uint8)
    portrait = load_portrait(saved(hidden_face((200, 10, 30), noise, hidden_alpha)))
    right = portrait.rgb[:, WIDTH // 2 :].reshape(-1, 3)
    assert (right == right[0]).all()  # one colour, whatever was there
    assert right[0] == pytest.approx(noise.reshape(-1, 3).mean(axis=0), abs=1)  # the tone of a backdrop
    assert (portrait.rgb[:, : WIDTH // 2] == (200, 10, 30)).all()


def test_the_picture_is_shown_over_the_tone_of_its_backdrop(saved: Callable[..., Path]) -> None:
    values = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    values[:, :, :3] = (100, 200, 0)
    values[:, :, 3] = 255
    values[: HEIGHT // 2] = (0, 0, 200, 0)
    values[HEIGHT // 2, :, 3] = 51
    portrait = load_portrait(saved(Image.fromarray(values, "RGBA")))
    assert portrait.shown[0, 0].tolist() == [0, 0, 200]
    assert portrait.shown[HEIGHT // 2, 0].tolist() == [20, 40, 160]
    assert portrait.shown[-1, 0].tolist() == [100, 200, 0]
