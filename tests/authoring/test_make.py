"""Making an avatar from a drawing of the head model: pose, expression and shape are known exactly."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("cv2")

from authoring.make import PICTURES, write_manifest
from face.avatar import load_avatar
from face.camera import angles
from face.rig import HeadRig, load_rig
from protocol.channels import LAYER_SLICE


@pytest.fixture(scope="module")
def rig(drawn_avatar: Path) -> HeadRig:
    return load_rig(load_avatar(drawn_avatar))


def test_every_picture_is_square_and_named_in_the_manifest(drawn_avatar: Path) -> None:
    files = load_avatar(drawn_avatar).files
    assert set(files) == {"rig", "lids", *PICTURES}
    for role in (*PICTURES, "lids"):
        with Image.open(files[role]) as image:
            assert image.width == image.height


def test_the_pose_is_that_of_the_drawing(rig: HeadRig, drawn_portrait: Any) -> None:
    truth = np.degrees(angles(drawn_portrait.rotation))
    assert np.degrees(angles(rig.camera.rotation)) == pytest.approx(truth, abs=1.5)
    assert np.degrees(rig.portrait[LAYER_SLICE["pose"]][:3]) == pytest.approx(truth, abs=1.5)


def test_a_neutral_face_has_no_expression(rig: HeadRig) -> None:
    assert rig.portrait[LAYER_SLICE["expression"]].max() < 0.15


def test_eyes_that_look_ahead_have_no_gaze(rig: HeadRig) -> None:
    assert np.abs(np.degrees(rig.portrait[LAYER_SLICE["gaze"]])).max() < 4


def test_the_personal_head_lies_on_the_drawn_one(rig: HeadRig, drawn_portrait: Any) -> None:
    """Seen from the portrait's camera, identity and personal offsets put every vertex where it was drawn."""
    face = np.unique(rig.model.triangles["face"])

    def seen(vertices: np.ndarray, turn: np.ndarray, place: np.ndarray) -> np.ndarray:
        rest = vertices[face] @ turn.T + place
        return rest[:, :2] / -rest[:, 2:] * rig.camera.focal * 512

    ours = seen(rig.neutral, rig.camera.rotation, rig.camera.translation)
    truth = seen(drawn_portrait.vertices, drawn_portrait.rotation, drawn_portrait.translation)
    gap = np.linalg.norm(ours - truth, axis=1)
    assert np.median(gap) < 0.7
    assert np.percentile(gap, 95) < 2.5


def test_the_plate_shows_the_background_alone(drawn_avatar: Path, drawn_portrait: Any) -> None:
    with Image.open(drawn_avatar / "plate.png") as image:
        plate = np.asarray(image.convert("RGB"), float) / 255
    size = len(plate)
    ramp = np.linspace(0.2, 0.45, size)
    behind = np.stack(np.broadcast_arrays(ramp[:, None] + 0.2, ramp[None, :], 0.3), -1)
    assert np.abs(plate - behind).mean() < 0.03
    assert np.abs(plate - behind)[size // 3 : size // 2, size // 2 - 50 : size // 2 + 50].mean() < 0.1


def test_the_manifest_names_every_picture_and_keeps_any_name(tmp_path: Path) -> None:
    write_manifest(tmp_path, name='Zoë "Z"', background="plate", suffix=".webp")
    manifest = tomllib.loads((tmp_path / "avatar.toml").read_text("utf-8"))
    assert manifest["name"] == 'Zoë "Z"'
    assert manifest["background"] == "plate"
    assert manifest["files"] == {"rig": "rig.npz"} | {role: f"{role}.webp" for role in PICTURES}
