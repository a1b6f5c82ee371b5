from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

pytest.importorskip("cv2")
import cv2

from authoring.fit.personal import PersonalHead
from authoring.paint.eyes import DISC, paint_eye, surface_radius
from authoring.portrait.canvas import EXTENDED_PX, Canvas, extended_pixels, sample
from face.avatar import load_avatar
from face.head_model import load_head_model
from face.rig import HeadRig, load_rig
from tests.authoring.front_fit import FIT

Floats = NDArray[np.float32]


@pytest.fixture(scope="module")
def rig(drawn_avatar: Path) -> HeadRig:
    return load_rig(load_avatar(drawn_avatar))


def test_irises_are_as_large_as_drawn(rig: HeadRig) -> None:
    drawn = np.sin(0.48)  # half angle in authoring.paint.drawing
    assert rig.iris_sine == pytest.approx([drawn, drawn], rel=0.25)


def test_an_iris_is_dark_in_the_middle_and_clear_outside(drawn_avatar: Path) -> None:
    for side in ("left", "right"):
        with Image.open(drawn_avatar / f"iris_{side}.png") as image:
            iris = np.asarray(image.convert("RGBA"), float)
        size = len(iris)
        centre = iris[size // 2 - 8 : size // 2 + 8, size // 2 - 8 : size // 2 + 8]
        assert centre[..., :3].mean() < 90
        assert centre[..., 3].min() == 255
        assert iris[:6, :6, 3].max() == 0
        with Image.open(drawn_avatar / f"sclera_{side}.png") as image:
            white = np.asarray(image.convert("RGB"), float)
        assert white[size // 2 - 20 : size // 2 + 20, size // 2 - 20 : size // 2 + 20].mean() > 100


def test_a_scaled_head_has_scaled_eyeballs() -> None:
    model = load_head_model()
    centres = np.stack([model.eye_centre(model.vertices, side) for side in (0, 1)])
    zero = np.zeros(2, np.float32)
    plain = PersonalHead(model.vertices, zero, centres, zero)
    double = PersonalHead(2 * model.vertices, zero, 2 * centres, zero)
    for side in (0, 1):
        ahead = np.float32([[0, 0, 1], [0.6, 0, 0.8]])
        one, two = (surface_radius(model, head, side, ahead) for head in (plain, double))
        assert two == pytest.approx(2 * one)


def test_an_eye_at_rest_is_the_portraits_also_at_a_soft_limbus_and_just_behind_the_lids() -> None:
    model = load_head_model()
    side, sine = 0, 0.5
    centres = np.stack([model.eye_centre(model.vertices, one) for one in (0, 1)])
    head = PersonalHead(model.vertices, np.zeros(2, np.float32), centres, np.full(2, sine, np.float32))
    radius = float(surface_radius(model, head, side, np.float32([[0, 0, 1]]))[0, 0])

    def seen_at(directions: Floats) -> Floats:
        points = (centres[side] + radius * directions.reshape(-1, 3)).astype(np.float32)
        return extended_pixels(FIT.to_picture(FIT.to_rest(points))).reshape(*directions.shape[:-1], 2)

    # the picture: dark to 0.95 of the limbus, light from 1.3 of it, a gradient between; only a slit of it is open
    rim = np.stack([np.cos(turn := np.linspace(0, 2 * np.pi, 64)) * sine, np.sin(turn) * sine], 1)
    rim = np.concatenate([rim, np.full((64, 1), np.sqrt(1 - sine**2))], 1).astype(np.float32)
    limbus = seen_at(rim)
    middle, limbus_px = limbus.mean(0), float(np.linalg.norm(limbus - limbus.mean(0), axis=1).mean())
    rows, columns = np.mgrid[0:EXTENDED_PX, 0:EXTENDED_PX].astype(np.float32)
    across, down = columns - middle[0], rows - middle[1]
    grey = np.interp(np.hypot(across, down) / limbus_px, (0.95, 1.3), (0.15, 0.8)).astype(np.float32)
    opening = ((across / (1.7 * limbus_px)) ** 2 + (down / (0.8 * limbus_px)) ** 2 < 1).astype(np.float32)
    rgb = np.where(opening[..., None] > 0, grey[..., None], np.float32([1.0, 0.2, 0.2]))  # lids are red
    canvas = Canvas(rgb.astype(np.float32), np.ones_like(grey), None)

    sclera, iris = paint_eye(model, FIT, head, canvas, opening, side)

    line = (np.arange(len(sclera)) + 0.5) / len(sclera) * 2 - 1
    x, y = np.meshgrid(line, -line)
    front = np.stack([x, y, np.sqrt(np.maximum(1 - x * x - y * y, 0.001))], -1).astype(np.float32)
    at = np.stack([x, -y], -1) / sine * DISC + 0.5  # as the engine looks the iris up
    disc = sample(iris, (at * len(iris)).astype(np.float32))
    shown = sclera[..., :3] * (1 - disc[..., 3:]) + disc[..., :3] * disc[..., 3:]
    places = seen_at(front)
    is_open = sample(cv2.erode(opening, np.ones((5, 5), np.uint8)), places) > 0.99
    is_open &= np.hypot(x, y) < 0.8
    wrong = np.abs(shown - sample(canvas.rgb, places)).max(-1)
    assert is_open.sum() > 2000
    assert wrong[is_open].max() < 0.12  # 0.41 with a bright ring around the iris
    # a pixel behind the lids goes on as the eye does beside it
    wider = sample(cv2.dilate(opening, np.ones((5, 5), np.uint8)), places) > 0.99
    behind = wider & (sample(opening, places) < 0.01) & (np.hypot(x, y) < 0.8)
    assert behind.sum() > 100
    goes_on = sample(np.repeat(grey[..., None], 3, 2), places)
    off = np.abs(shown - goes_on).max(-1)[behind]
    assert np.median(off) < 0.15  # 0.22, and 0.44 at most, with the white of the eye in its place
    assert off.max() < 0.3
