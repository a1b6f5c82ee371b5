from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.blendshapes import BLENDSHAPES
from protocol.codec import check_control
from protocol.messages import ControlMessage
from protocol.osc.parse import OscMessage
from protocol.osc.vmc import VmcFace
from protocol.osc.vmc_clips import MAX_CLIPS

APPLY: OscMessage = ("/VMC/Ext/Blend/Apply", ())


def clip(name: str, value: float) -> OscMessage:
    return ("/VMC/Ext/Blend/Val", (name, value))


def bone(name: str, x: float, y: float, z: float, w: float) -> OscMessage:
    return ("/VMC/Ext/Bone/Pos", (name, 0.0, 0.0, 0.0, x, y, z, w))


def turned(degrees: float) -> tuple[float, float, float, float]:
    """A turn about Unity's +Y: positive to the avatar's right."""
    return 0.0, math.sin(math.radians(degrees) / 2), 0.0, math.cos(math.radians(degrees) / 2)


def fed(*messages: OscMessage, face: VmcFace | None = None) -> dict[str, ControlMessage]:
    made, refusals = (face or VmcFace("vmc:test")).feed(messages, 0.0)
    assert refusals == []
    return {message.layer: message for message in made}


def test_nothing_is_committed_before_apply() -> None:
    face = VmcFace("vmc:test")
    assert fed(clip("jawOpen", 0.5), face=face) == {}
    assert face.is_waiting
    made = fed(clip("EyeBlinkLeft", 0.25), APPLY, face=face)
    assert made["expression"].values == {"jawOpen": 0.5, "eyeBlinkLeft": 0.25}
    assert not face.is_waiting


def test_values_are_kept_from_one_apply_to_the_next() -> None:
    face = VmcFace("vmc:test")
    fed(clip("jawOpen", 0.5), APPLY, face=face)
    assert fed(clip("cheekPuff", 1.0), APPLY, face=face)["expression"].values == {
        "jawOpen": 0.5,
        "cheekPuff": 1.0,
    }


def test_without_apply_clips_are_committed_after_50_ms_and_then_at_once() -> None:
    face = VmcFace("vmc:test")
    face.feed([clip("jawOpen", 0.5)], 10.0)
    assert face.flush(10.04) == []
    [message] = face.flush(10.051)
    assert message.values == {"jawOpen": 0.5}
    [message] = face.feed([clip("jawOpen", 0.75)], 10.06).messages
    assert message.values == {"jawOpen": 0.75}
    fed(APPLY, face=face)
    assert face.feed([clip("jawOpen", 0.25)], 10.07).messages == []


@pytest.mark.parametrize(
    ("name", "value", "shapes"),
    [
        ("A", 1.0, {"jawOpen": 0.7}),
        ("aa", 0.5, {"jawOpen": 0.35}),
        ("Blink", 1.0, {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0}),
        ("Blink_L", 0.5, {"eyeBlinkLeft": 0.5}),
        ("blinkRight", 0.5, {"eyeBlinkRight": 0.5}),
    ],
)
def test_presets_of_both_vrm_versions_become_blendshapes(
    name: str, value: float, shapes: dict[str, float]
) -> None:
    assert fed(clip(name, value), APPLY)["expression"].values == pytest.approx(shapes)


@pytest.mark.parametrize(
    ("name", "emotion"),
    [
        ("Joy", "happy"), ("happy", "happy"), ("Angry", "angry"), ("angry", "angry"), ("Sorrow", "sad"),
        ("sad", "sad"), ("Fun", "relaxed"), ("relaxed", "relaxed"), ("Surprised", "surprised"),
    ],
)  # fmt: skip
def test_the_weight_of_an_emotion_preset_is_its_value(name: str, emotion: str) -> None:
    message = fed(clip(name, 0.25), APPLY)["emotion"]
    assert message.values == {emotion: 1.0}
    assert message.weight == 0.25


def test_two_emotions_share_the_weight_and_zero_releases_it_once() -> None:
    face = VmcFace("vmc:test")
    message = fed(clip("Joy", 0.25), clip("Sorrow", 0.25), APPLY, face=face)["emotion"]
    assert message.values == {"happy": 0.5, "sad": 0.5}
    assert message.weight == 0.5
    released = fed(clip("Joy", 0.0), clip("Sorrow", 0.0), APPLY, face=face)["emotion"]
    assert (released.weight, released.values) == (0.0, {"happy": 0.0, "sad": 0.0})
    assert fed(APPLY, face=face) == {}


def test_a_sender_that_emits_every_clip_as_zero_sets_no_emotion() -> None:
    names = ["Joy", "Angry", "Sorrow", "Fun", "A", "Blink", "Neutral", "MyClip", *BLENDSHAPES]
    made = fed(*(clip(name, 0.0) for name in names), APPLY)
    assert made.keys() == {"expression"}
    assert set(made["expression"].values) == set(BLENDSHAPES)


def test_arkit_clips_override_presets_in_their_region_for_good() -> None:
    face = VmcFace("vmc:test")
    both = fed(
        clip("A", 1.0), clip("Blink", 1.0), clip("jawOpen", 0.25), clip("eyeBlinkLeft", 0.0), APPLY, face=face
    )
    assert both["expression"].values == {"jawOpen": 0.25, "eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0}
    later = fed(clip("jawOpen", 0.0), APPLY, face=face)
    assert later["expression"].values["jawOpen"] == 0.0


def test_head_turned_to_the_avatars_left_gives_positive_yaw() -> None:
    assert fed(bone("Head", *turned(-20)))["pose"].values == pytest.approx(
        {"yaw": math.radians(20), "pitch": 0.0, "roll": 0.0}
    )


def test_a_turn_split_between_neck_and_head_is_one_turn() -> None:
    made = fed(bone("Neck", *turned(-10)), bone("Head", *turned(-20)))
    assert made["pose"].values["yaw"] == pytest.approx(math.radians(30))


def test_a_head_that_turns_too_far_stays_at_the_limit() -> None:
    made = fed(bone("Head", *turned(170)))
    checked, refusals = check_control(made["pose"])
    assert checked == made["pose"]
    assert refusals == ()


def test_gaze_is_the_mean_of_the_eyes() -> None:
    made = fed(bone("LeftEye", *turned(-10)), bone("RightEye", *turned(-20)))
    assert made["gaze"].values == pytest.approx({"yaw": math.radians(15), "pitch": 0.0})


def test_a_gaze_target_wins_over_bones_until_it_is_disabled() -> None:
    face = VmcFace("vmc:test")
    # one metre ahead, one to Unity's -X: the avatar's left
    made = fed(("/VMC/Ext/Set/Eye", (1, -1.0, 0.0, 2.0)), bone("LeftEye", *turned(10)), face=face)
    assert made["gaze"].values == pytest.approx({"yaw": math.atan2(1, 2), "pitch": 0.0})
    made = fed(("/VMC/Ext/Set/Eye", (0, 0.0, 0.0, 0.0)), bone("LeftEye", *turned(10)), face=face)
    assert made["gaze"].values["yaw"] == pytest.approx(-math.radians(10))


def test_look_presets_move_the_gaze_only_without_bones() -> None:
    face = VmcFace("vmc:test")
    assert fed(clip("LookLeft", 0.5), APPLY, face=face)["gaze"].values["yaw"] == pytest.approx(0.25)
    fed(bone("LeftEye", *turned(0)), face=face)
    assert "gaze" not in fed(clip("LookLeft", 0.5), APPLY, face=face)


def test_other_addresses_are_ignored() -> None:
    assert (
        fed(
            ("/VMC/Ext/OK", (1,)), ("/VMC/Ext/T", (1.0,)), bone("Hips", 0, 0, 0, 1), ("/VMC/Ext/Root/Pos", ())
        )
        == {}
    )


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (("/VMC/Ext/Blend/Val", ()), "wrong OSC arguments"),
        (("/VMC/Ext/Blend/Val", (0.5, "jawOpen")), "wrong OSC arguments"),
        (("/VMC/Ext/Blend/Val", ("jawOpen", math.nan)), "non-finite value"),
        (("/VMC/Ext/Blend/Val", ("jawOpen", 50.0)), "out of range"),
        (("/VMC/Ext/Bone/Pos", ("Head", 0.0, 0.0)), "wrong OSC arguments"),
        (("/VMC/Ext/Bone/Pos", ("Head", 0.0, 0.0, 0.0, math.inf, 0.0, 0.0, 1.0)), "non-finite value"),
        (("/VMC/Ext/Bone/Pos", ("Head", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)), "non-finite value"),
        (("/VMC/Ext/Set/Eye", (1, math.nan, 0.0, 0.0)), "non-finite value"),
        (("/VMC/Ext/Set/Eye", (1,)), "wrong OSC arguments"),
    ],
)
def test_bad_values_are_refused_with_their_reason(message: OscMessage, reason: str) -> None:
    made, refusals = VmcFace("vmc:test").feed([message, APPLY], 0.0)
    assert made == []
    assert [refusal.reason for refusal in refusals] == [reason]


def test_a_little_overshoot_is_set_to_the_limit() -> None:
    assert fed(clip("jawOpen", 1.2), clip("cheekPuff", -0.1), APPLY)["expression"].values == {
        "jawOpen": 1.0,
        "cheekPuff": 0.0,
    }


def test_the_number_of_names_of_a_sender_is_limited() -> None:
    face = VmcFace("vmc:test")
    _, refusals = face.feed([clip(f"clip {i}", 0.5) for i in range(MAX_CLIPS + 3)], 0.0)
    assert [refusal.reason for refusal in refusals] == ["too many VMC clips"] * 3


argument = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=3)
)
address = st.sampled_from(
    ["/VMC/Ext/Blend/Val", "/VMC/Ext/Blend/Apply", "/VMC/Ext/Bone/Pos", "/VMC/Ext/Set/Eye"]
)
first = st.sampled_from(["Head", "Neck", "LeftEye", "jawOpen", "Joy", "A", "LookUp"])


@given(st.lists(st.tuples(address, st.tuples(first | argument, *[argument] * 7)), max_size=8))
def test_whatever_is_committed_passes_the_check(messages: list[OscMessage]) -> None:
    for message in VmcFace("vmc:test").feed([*messages, APPLY], 0.0).messages:
        assert check_control(message) == (message, ())
