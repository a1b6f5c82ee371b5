from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from protocol.errors import FileError
from runtime.backgrounds.plates import BLUR, colour_plate, own_plate_as, picture_plate, plain_plate

SIZE = 112


def stripes() -> np.ndarray:
    """Columns of 8 pixels, light and dark."""
    plate = np.full((SIZE, SIZE, 4), 255, np.uint8)
    plate[..., :3] = np.where(np.arange(SIZE) // 8 % 2, 200, 40)[None, :, None]
    return plate


def test_keep_is_the_plate_itself_and_transparent_is_nothing() -> None:
    own = stripes()
    assert own_plate_as("keep", own, "keep") is own
    assert own_plate_as("", own, "plate") is own
    assert own_plate_as("transparent", own, "keep") is None


def test_blur_agrees_with_a_convolution() -> None:
    blurred = own_plate_as("blur", stripes(), "keep")
    assert blurred is not None
    sigma = BLUR * SIZE
    places = np.arange(-20, 21)
    kernel = np.exp(-(places**2) / (2 * sigma**2))
    row = np.convolve(stripes()[0, :, 0].astype(float), kernel / kernel.sum(), "valid")
    assert np.abs(blurred[SIZE // 2, 20:-20, 0] - row).max() < 4
    assert blurred[..., 3].min() == 255


def test_a_plain_backdrop_has_the_background_s_mean_colour_and_is_lighter_in_the_middle() -> None:
    own = np.full((SIZE, SIZE, 4), (60, 90, 150, 255), np.uint8)
    plain = own_plate_as("plate", own, "keep")
    assert plain is not None
    ratio = plain[..., :3] / np.array([60, 90, 150])
    assert np.ptp(ratio, axis=-1).max() < 0.03  # one hue
    assert ratio[SIZE // 2 - 8, SIZE // 2].min() > ratio[0, 0].max() * 1.3
    assert np.array_equal(plain, plain_plate(own))
    assert own_plate_as("plate", own, "plate") is own  # it is one already


def test_a_plain_backdrop_is_that_of_making_an_avatar() -> None:
    make = pytest.importorskip("authoring.make")
    from types import SimpleNamespace

    from authoring.portrait.canvas import EXTENDED_PX

    rgb = np.broadcast_to(np.array([0.3, 0.5, 0.7], np.float32), (EXTENDED_PX, EXTENDED_PX, 3))
    made = make._plain_backdrop(SimpleNamespace(rgb=rgb), np.zeros((EXTENDED_PX, EXTENDED_PX), np.float32))
    own = np.full((EXTENDED_PX, EXTENDED_PX, 4), 255, np.uint8)
    own[..., :3] = np.round(rgb * 255)
    assert np.abs(plain_plate(own)[..., :3] - made * 255).max() < 3


def test_a_colour_fills_the_frame() -> None:
    assert (colour_plate((1, 2, 3), 5) == (1, 2, 3, 255)).all()


@pytest.mark.parametrize("ending", [".png", ".jpg", ".webp"])
def test_a_picture_fills_the_frame_around_its_middle(tmp_path: Path, ending: str) -> None:
    wide = np.zeros((200, 600, 3), np.uint8)
    wide[:, 200:400] = (200, 40, 40)  # the middle square
    wide[90:110, 290:310] = (40, 200, 40)
    Image.fromarray(wide).save(tmp_path / f"p{ending}", quality=95)
    plate = picture_plate(tmp_path / f"p{ending}", 100)
    assert plate.shape == (100, 100, 4)
    assert np.abs(plate[5:-5, 5:-5, :3][10, 10].astype(int) - (200, 40, 40)).max() < 12
    assert np.abs(plate[50, 50, :3].astype(int) - (40, 200, 40)).max() < 20
    assert plate[..., 3].min() == 255


def test_a_phone_s_picture_stands_upright(tmp_path: Path) -> None:
    picture = Image.fromarray(
        np.vstack([np.full((50, 100, 3), 250, np.uint8), np.zeros((50, 100, 3), np.uint8)])
    )
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    picture.save(tmp_path / "p.jpg", exif=exif)
    plate = picture_plate(tmp_path / "p.jpg", 64)
    assert plate[60, 32, 0] > 200 > 50 > plate[4, 32, 0]


def test_what_is_transparent_in_a_picture_is_black(tmp_path: Path) -> None:
    Image.new("RGBA", (8, 8), (255, 255, 255, 0)).save(tmp_path / "p.png")
    assert (picture_plate(tmp_path / "p.png", 4) == (0, 0, 0, 255)).all()


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "p.png").write_text("no picture")
    Image.new("L", (2, 2)).save(tmp_path / "p.gif")
    for name in ("p.png", "p.gif", "gone.png"):
        with pytest.raises(FileError, match=r"p\.png|p\.gif|gone\.png"):
            picture_plate(tmp_path / name, 4)
