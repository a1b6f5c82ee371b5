"""An avatar of the head engine becomes one of LivePortrait's: what is written is what the networks say of the portrait."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("cv2")

import torch

from authoring.liveportrait.crop import cut_square, eye_openness, face_square, lip_openness
from face.avatar import load_avatar
from face.liveportrait.control import KeypointControl
from face.liveportrait.portrait_face import DRIVEN, PortraitFace, load_face
from face.motion import Motion
from face.rig import load_rig
from protocol.blendshapes import INDEX
from tests.networks.liveportrait.tiny_weights import SIDE, tiny_networks


@pytest.fixture(scope="module")
def made(liveportrait_avatar: Path) -> PortraitFace:
    return load_face(load_avatar(liveportrait_avatar))


def test_the_manifest_names_engine_and_file(liveportrait_avatar: Path, drawn_avatar: Path) -> None:
    avatar = load_avatar(liveportrait_avatar)
    assert avatar.engine == "liveportrait"
    assert set(avatar.files) == {*load_avatar(drawn_avatar).files, "liveportrait"}
    assert avatar.files["liveportrait"].stat().st_size < 8e6


def test_the_facts_are_those_of_the_torch_networks(made: PortraitFace, drawn_portrait: Any) -> None:
    square = face_square(drawn_portrait.landmarks)
    np.testing.assert_allclose(made.crop, square)
    picture = np.round(drawn_portrait.canvas.rgb * 255).astype(np.uint8)
    shown = cut_square(picture, 1.25, square, SIDE)
    image = torch.from_numpy(shown.transpose(2, 0, 1)[None].astype(np.float32) / 255)
    networks = tiny_networks()
    np.testing.assert_allclose(made.volume, networks.appearance(image).numpy(), rtol=2e-3, atol=2e-3)
    seen = networks.motion(image)
    np.testing.assert_allclose(made.keypoints, seen.kp[0].reshape(21, 3).numpy(), atol=1e-4)
    np.testing.assert_allclose(made.expression, seen.exp[0].reshape(21, 3).numpy(), atol=1e-4)
    bins = torch.arange(66.0)
    angles = [
        float((getattr(seen, name)[0].softmax(0) * bins).sum() * 3 - 97.5)
        for name in ("pitch", "yaw", "roll")
    ]
    np.testing.assert_allclose(made.angles_deg, angles, atol=1e-2)


def test_what_was_measured_is_marked_by_its_r2(made: PortraitFace) -> None:
    assert made.r2.shape == (len(DRIVEN),)
    assert ((made.r2 >= 0.0) & (made.r2 <= 1.0)).all()
    assert (made.r2 > 0.0).any()  # a drawing that changes is read differently, also by random networks


def test_a_full_blink_is_the_eye_networks_correction(
    made: PortraitFace, liveportrait_avatar: Path, drawn_portrait: Any
) -> None:
    """Both lids shut from the portrait's own: together they add up to the network's answer for shut eyes."""
    rig = load_rig(load_avatar(liveportrait_avatar))
    control = KeypointControl(made, rig.camera, rig.portrait)
    left, right = eye_openness(drawn_portrait.landmarks)
    ratios = (left, right) if made.keypoints[11, 0] > made.keypoints[15, 0] else (right, left)
    given = torch.tensor([[*control.source.reshape(-1), *ratios, 0.0]])
    wanted = tiny_networks().eye(given).reshape(21, 3).numpy() / made.scale[0]
    own = Motion.neutral()
    own.values[:] = rig.portrait
    total = np.zeros((21, 3), np.float32)
    for side in ("Left", "Right"):
        blink = INDEX[f"eyeBlink{side}"]
        total += made.deltas[blink] * (1.0 - own.expression[blink])
    np.testing.assert_allclose(total, wanted, atol=1e-4)


def test_open_lips_are_met_by_the_lip_networks_correction(
    made: PortraitFace, liveportrait_avatar: Path, drawn_portrait: Any
) -> None:
    rig = load_rig(load_avatar(liveportrait_avatar))
    source = KeypointControl(made, rig.camera, rig.portrait).source
    openness = lip_openness(drawn_portrait.landmarks)
    assert openness > 0.03  # the drawn portrait's lips are a little apart
    given = torch.tensor([[*source.reshape(-1), openness, 0.0]])
    wanted = tiny_networks().lip(given).reshape(21, 3).numpy() / made.scale[0]
    np.testing.assert_allclose(made.lips_met, wanted, atol=1e-4)
