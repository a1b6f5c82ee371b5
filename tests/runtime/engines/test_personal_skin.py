"""An avatar's own skin in the head engine: as the slow reference says, nothing at the portrait, off by default."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

from face.avatar import load_avatar
from face.deform import FaceDeformer, SkinCodes
from face.errors import AvatarError
from face.rig import HeadRig, load_rig
from protocol.blendshapes import INDEX
from protocol.channels import LAYER_SLICE
from runtime.engines import head_prepare
from runtime.engines.head_prepare import prepare_head, shown_shapes
from runtime.engines.personal_skin import PersonalSkin, personal_skin
from runtime.inference.personal_model import load_personal_model
from runtime.inference.retouch_model import installed_model

SMILE = ("mouthSmileLeft", "mouthSmileRight", "cheekSquintLeft", "cheekSquintRight")


@pytest.fixture(scope="module")
def rig(drawn_avatar: Path) -> HeadRig:
    return load_rig(load_avatar(drawn_avatar))


@pytest.fixture(scope="module")
def skin(rig: HeadRig) -> PersonalSkin:
    return personal_skin(rig, load_personal_model(installed_model("personal")), strength=1.0, age=0.5)


def smiling() -> np.ndarray:
    made = np.zeros(52, np.float32)
    made[[INDEX[name] for name in SMILE]] = 0.8
    return made


def deformers(avatar_folder: Path) -> tuple[FaceDeformer, FaceDeformer]:
    """The head engine's deformer without a skin of its own, and with one."""
    avatar = load_avatar(avatar_folder)
    made = []
    for one in (avatar, replace(avatar, personal=1.0, wrinkles=0.5)):
        arrays = prepare_head(one, 64)
        codes = SkinCodes(arrays["code_weight"], arrays["code_bias"]) if "code_weight" in arrays else None
        made.append(FaceDeformer.of(arrays["neutral"], arrays["moving"], arrays["basis"], codes))
    plain, own = made
    return plain, own


def test_the_engines_rows_are_the_slow_reference(
    drawn_avatar: Path, rig: HeadRig, skin: PersonalSkin
) -> None:
    plain, own = deformers(drawn_avatar)
    gaze = np.zeros(2, np.float32)
    for expression in (smiling(), np.random.default_rng(1).random(52).astype(np.float32) * 0.5):
        shapes = plain.weights(expression, gaze)[:52].copy()
        added = skin.offsets(shapes) - skin.offsets(shown_shapes(rig))
        moved = own.deform(expression, gaze) - plain.deform(expression, gaze)
        np.testing.assert_allclose(moved[plain.moving], added[plain.moving], atol=2e-4)
        assert np.abs(moved).max() > 0.002


def test_in_the_portraits_expression_nothing_moves(drawn_avatar: Path, rig: HeadRig) -> None:
    plain, own = deformers(drawn_avatar)
    shown = tuple(rig.portrait[LAYER_SLICE[layer]] for layer in ("expression", "gaze"))
    np.testing.assert_allclose(own.deform(*shown), plain.deform(*shown), atol=1e-4)


def test_lids_shut_as_they_were_fitted_to(rig: HeadRig, skin: PersonalSkin) -> None:
    expression = smiling()
    expression[[INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]] = 1.0
    edges = np.concatenate([part for loop in rig.model.lids for part in (loop.upper, loop.lower)])
    assert np.abs(skin.offsets(expression)[edges]).max() < 1e-6


def test_the_skin_does_not_tear_where_the_mouth_begins(rig: HeadRig, skin: PersonalSkin) -> None:
    mean, offsets = rig.model.vertices, skin.offsets(smiling())
    lips = np.concatenate([rig.model.lips.upper, rig.model.lips.lower])
    inside = np.unique(rig.model.triangles["mouth_socket"])
    pairs = [(lip, other) for lip in lips for other in inside if np.abs(mean[lip] - mean[other]).max() < 1e-4]
    assert len(pairs) > 10
    for lip, other in pairs:
        np.testing.assert_allclose(offsets[lip], offsets[other], atol=1e-6)


def test_strength_scales_it_and_0_is_the_default(
    drawn_avatar: Path, rig: HeadRig, skin: PersonalSkin, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = personal_skin(rig, load_personal_model(installed_model("personal")), strength=0.5, age=0.5)
    np.testing.assert_allclose(half.offsets(smiling()), 0.5 * skin.offsets(smiling()), atol=1e-5)
    monkeypatch.setattr(head_prepare, "personal_skin", lambda *_: pytest.fail("nobody asked for it"))
    assert "code_weight" not in prepare_head(load_avatar(drawn_avatar), 64)


def test_a_missing_network_is_the_avatars_error(
    drawn_avatar: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(head_prepare, "installed_model", lambda name: tmp_path / name)
    with pytest.raises(AvatarError, match="remove personal"):
        prepare_head(replace(load_avatar(drawn_avatar), personal=0.4), 64)
