from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.fit.head_fit import FOCAL, HeadFit
from authoring.paint.atlas import ATLAS_PX
from authoring.paint.head_limits import LEAST_ACROSS, LEAST_DEG, LEAST_UP, MOST_DEG, head_limits
from authoring.paint.raster import Raster
from authoring.portrait.canvas import CANVAS_PX, EXTENDED_PX
from face.avatar import load_avatar
from face.camera import rotation
from face.head_model import load_head_model
from face.limits import LIMITED
from face.rig import load_rig


@pytest.fixture(scope="module")
def front() -> HeadFit:
    """A mean head, from the front."""
    return HeadFit(
        np.zeros(60, np.float32), np.zeros(52, np.float32), np.eye(3, dtype=np.float32),
        np.array([0.0, 0.0, -105.0], np.float32), FOCAL, 0.0,
    )  # fmt: skip


def limits(fit: HeadFit, seen: np.ndarray, matte: np.ndarray) -> dict[str, tuple[float, float]]:
    model = load_head_model()
    with Raster() as raster:
        return head_limits(raster, model, fit, model.vertices, seen, matte)


def person(top: int, left: int, right: int) -> np.ndarray:
    """A block of a person in the extended canvas, down to its end; pixels of the canvas."""
    edge = (EXTENDED_PX - CANVAS_PX) // 2
    matte = np.zeros((EXTENDED_PX, EXTENDED_PX), np.float32)
    matte[edge + top :, edge + left : edge + right] = 1
    return matte


WHOLE = np.ones((ATLAS_PX, ATLAS_PX), np.float32)
USUAL = person(200, 300, 724)


def test_a_head_that_is_seen_from_the_front_turns_as_far_as_any(front: HeadFit) -> None:
    found = limits(front, WHOLE, USUAL)
    assert set(found) == set(LIMITED)
    for name, most in MOST_DEG.items():
        assert found[name] == (-most, most)


def test_a_hidden_half_ends_the_turn_towards_it(front: HeadFit) -> None:
    half = WHOLE.copy()
    half[:, : ATLAS_PX // 4] = (
        0  # u rises towards the subject's left, so that this is a part of the right half
    )
    low, high = limits(front, half, USUAL)["yaw"]
    assert high == LEAST_DEG  # turning to the left shows the right half
    assert low == -MOST_DEG["yaw"]


def test_limits_lie_around_the_portraits_own_pose(front: HeadFit) -> None:
    turned = replace(front, rotation=rotation(np.radians(-30), np.radians(10), 0.0))
    found = limits(turned, WHOLE, USUAL)
    assert found["yaw"][0] == pytest.approx(
        -44.0, abs=0.2
    )  # the least turn, though it is far from the camera
    assert found["yaw"][1] == pytest.approx(8.0, abs=0.2)
    assert found["pitch"] == pytest.approx((-15.0, 30.0), abs=0.2)


def test_the_head_stays_in_the_frame(front: HeadFit) -> None:
    found = limits(front, WHOLE, USUAL)
    assert found["y"][1] == pytest.approx(200 / CANVAS_PX, abs=2e-3)
    assert found["x"] == pytest.approx((-300 / CANVAS_PX, 300 / CANVAS_PX), abs=2e-3)
    assert 1.12 <= found["scale"][1] < 3.0
    assert found["z"][1] == pytest.approx(FOCAL * (1 - 1 / found["scale"][1]), abs=2e-3)


def test_a_head_that_touches_the_frame_may_still_move_a_little(front: HeadFit) -> None:
    found = limits(front, WHOLE, person(-100, -100, 1100))
    assert found["y"][1] == LEAST_UP
    assert found["x"] == (-LEAST_ACROSS, LEAST_ACROSS)
    assert found["scale"][1] == 1.12


def test_an_avatar_knows_its_limits_and_rests_inside_them(drawn_avatar: Path, drawn_portrait: Any) -> None:
    avatar = load_avatar(drawn_avatar)
    assert set(avatar.limits) == set(LIMITED)
    pose = np.degrees(load_rig(avatar).portrait[:3])
    for name, value in zip(("yaw", "pitch", "roll"), pose, strict=True):
        low, high = avatar.limits[name]
        assert low + LEAST_DEG - 0.1 <= value <= high - LEAST_DEG + 0.1
