"""What making an avatar finds out about a drawn head, of which everything is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("cv2")

from authoring.make import PICTURES
from authoring.preview import POSES, face_psnr_db, found_expression, motion_of
from face.avatar import load_avatar
from face.camera import angles
from face.rig import HeadRig, load_rig
from protocol.blendshapes import INDEX
from protocol.channels import LAYER_SLICE


@pytest.fixture(scope="module")
def rig(drawn_avatar: Path) -> HeadRig:
    return load_rig(load_avatar(drawn_avatar))


def test_every_picture_is_there_square_and_named(drawn_avatar: Path) -> None:
    files = load_avatar(drawn_avatar).files
    assert set(files) == {"rig", *PICTURES}
    for role in PICTURES:
        with Image.open(files[role]) as image:
            assert image.width == image.height


def test_the_pose_is_the_drawings(rig: HeadRig, drawn_portrait: Any) -> None:
    truth = np.degrees(angles(drawn_portrait.rotation))
    assert np.degrees(angles(rig.camera.rotation)) == pytest.approx(truth, abs=1.5)
    assert np.degrees(rig.portrait[LAYER_SLICE["pose"]][:3]) == pytest.approx(truth, abs=1.5)


def test_a_calm_face_wears_no_expression(rig: HeadRig) -> None:
    assert rig.portrait[LAYER_SLICE["expression"]].max() < 0.15


def test_eyes_that_look_ahead_have_no_gaze(rig: HeadRig) -> None:
    assert np.abs(np.degrees(rig.portrait[LAYER_SLICE["gaze"]])).max() < 4


def test_the_personal_head_lies_on_the_drawn_one(rig: HeadRig, drawn_portrait: Any) -> None:
    """Seen from the portrait's camera: identity and what is added to it put every vertex where it was drawn."""
    face = np.unique(rig.model.triangles["face"])

    def seen(vertices: np.ndarray, turn: np.ndarray, place: np.ndarray) -> np.ndarray:
        rest = vertices[face] @ turn.T + place
        return rest[:, :2] / -rest[:, 2:] * rig.camera.focal * 512

    ours = seen(rig.neutral, rig.camera.rotation, rig.camera.translation)
    truth = seen(drawn_portrait.vertices, drawn_portrait.rotation, drawn_portrait.translation)
    gap = np.linalg.norm(ours - truth, axis=1)
    assert np.median(gap) < 0.7
    assert np.percentile(gap, 95) < 2.5


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


def test_the_plate_shows_the_background_alone(drawn_avatar: Path, drawn_portrait: Any) -> None:
    with Image.open(drawn_avatar / "plate.png") as image:
        plate = np.asarray(image.convert("RGB"), float) / 255
    size = len(plate)
    ramp = np.linspace(0.2, 0.45, size)
    behind = np.stack(np.broadcast_arrays(ramp[:, None] + 0.2, ramp[None, :], 0.3), -1)
    assert np.abs(plate - behind).mean() < 0.03
    assert np.abs(plate - behind)[size // 3 : size // 2, size // 2 - 50 : size // 2 + 50].mean() < 0.1


def test_psnr_counts_only_the_face() -> None:
    from face.landmarks import FACE_OVAL

    landmarks = np.zeros((478, 2), np.float32)
    around = np.linspace(0, 2 * np.pi, len(FACE_OVAL), endpoint=False)
    landmarks[list(FACE_OVAL)] = 0.25 * np.stack([np.sin(around), -np.cos(around)], 1)
    drawn = np.full((512, 512, 4), 255, np.uint8)
    drawn[..., :3] = 110
    reference = np.full((1024, 1024, 3), 100, np.uint8)
    assert face_psnr_db(drawn, reference, landmarks) == pytest.approx(20 * np.log10(25.5), abs=0.01)
    drawn[:100] = 0
    assert face_psnr_db(drawn, reference, landmarks) == pytest.approx(20 * np.log10(25.5), abs=0.01)


def test_every_pose_of_the_preview_moves_something_within_its_limits() -> None:
    from face.motion import NEUTRAL
    from protocol.channels import CHANNELS

    for pose in POSES[1:]:
        values = motion_of(pose).values
        assert (values != NEUTRAL).any()
        assert all(c.low <= v <= c.high for c, v in zip(CHANNELS, values, strict=True))


def test_found_expressions_come_strongest_first() -> None:
    weights = np.zeros(52, np.float32)
    weights[[INDEX["jawOpen"], INDEX["browInnerUp"], INDEX["cheekPuff"]]] = 0.3, 0.8, 0.1
    assert [name for name, _ in found_expression(weights, 0.15)] == ["browInnerUp", "jawOpen"]
