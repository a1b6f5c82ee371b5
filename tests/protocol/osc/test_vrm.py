from __future__ import annotations

import pytest

from protocol.blendshapes import INDEX
from protocol.channels import EMOTIONS
from protocol.osc.vrm import PRESETS, find_preset

#: VRM specification 0.0, blendShapeMaster presets; VRMC_vrm 1.0, expression presets: the same ones in pairs.
BOTH_VERSIONS = [
    ("A", "aa"), ("I", "ih"), ("U", "ou"), ("E", "ee"), ("O", "oh"), ("Blink", "blink"), ("Blink_L", "blinkLeft"),
    ("Blink_R", "blinkRight"), ("Joy", "happy"), ("Angry", "angry"), ("Sorrow", "sad"), ("Fun", "relaxed"),
    ("LookUp", "lookUp"), ("LookDown", "lookDown"), ("LookLeft", "lookLeft"), ("LookRight", "lookRight"),
    ("Neutral", "neutral"),
]  # fmt: skip


@pytest.mark.parametrize(("vrm0", "vrm1"), BOTH_VERSIONS)
def test_both_versions_of_vrm_name_the_same_preset(vrm0: str, vrm1: str) -> None:
    preset = find_preset(vrm0)
    assert preset is not None
    assert find_preset(vrm1) is preset


def test_a_preset_moves_known_shapes_or_one_emotion_or_the_gaze() -> None:
    for spelling, preset in PRESETS.items():
        used = [bool(preset.shapes), preset.emotion is not None, preset.gaze is not None]
        assert sum(used) == (spelling != "neutral")
        assert set(preset.shapes) <= set(INDEX)
        assert all(0.0 < share <= 1.0 for share in preset.shapes.values())
        assert preset.emotion is None or preset.emotion in EMOTIONS


def test_look_presets_are_mirror_images_with_left_positive() -> None:
    left, right, up, down = (find_preset(f"Look{way}") for way in ("Left", "Right", "Up", "Down"))
    assert left is not None
    assert right is not None
    assert up is not None
    assert down is not None
    assert left.gaze is not None
    assert left.gaze[0] > 0.0
    assert right.gaze == (-left.gaze[0], 0.0)
    assert up.gaze is not None
    assert up.gaze[1] > 0.0
    assert down.gaze == (0.0, -up.gaze[1])


def test_a_models_own_clip_is_not_a_preset() -> None:
    assert find_preset("HairSway") is None
