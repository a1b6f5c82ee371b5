from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("cv2")

from authoring.fit.personal import PersonalHead
from authoring.paint.eyes import eye_radius
from face.avatar import load_avatar
from face.head_model import load_head_model
from face.rig import HeadRig, load_rig


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
        assert eye_radius(model, double, side) == pytest.approx(2 * eye_radius(model, plain, side))
