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


def fed(*messages: OscMessage, face: VmcFace | None = None, now_s: float = 0.0) -> dict[str, ControlMessage]:
    made, refusals = (face or VmcFace("vmc:test")).feed(messages, now_s)
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


def test_arkit_clips_override_presets_in_their_region_while_they_move_it() -> None:
    face = VmcFace("vmc:test")
    both = fed(
        clip("A", 1.0), clip("Blink", 1.0), clip("jawOpen", 0.25), clip("eyeBlinkLeft", 0.0), APPLY, face=face
    )
    assert both["expression"].values == {"jawOpen": 0.25, "eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0}
    later = fed(clip("jawOpen", 0.0), APPLY, face=face)
    assert later["expression"].values == pytest.approx(
        {"jawOpen": 0.7, "eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0}
    )


def test_the_jaw_is_the_arkit_clips_then_the_vowels_then_shut() -> None:
    """A sender that drives the jaw by ARKit first, then by A at full, then by vowels that are all 0."""
    face = VmcFace("vmc:test")
    assert fed(clip("jawOpen", 0.5), clip("A", 0.0), APPLY, face=face)["expression"].values["jawOpen"] == 0.5
    made = fed(clip("jawOpen", 0.0), clip("A", 1.0), APPLY, face=face, now_s=0.02)
    assert made["expression"].values["jawOpen"] == pytest.approx(0.7)
    vowels = [clip(name, 0.0) for name in "AIUEO"]
    assert fed(*vowels, APPLY, face=face, now_s=0.04)["expression"].values["jawOpen"] == 0.0


@pytest.mark.parametrize("zero", [["A", "I", "U", "E", "O"], ["aa", "ih", "ou", "ee", "oh"]])
def test_an_arkit_clip_that_is_sent_no_more_gives_the_jaw_back(zero: list[str]) -> None:
    face = VmcFace("vmc:test")
    fed(clip("jawOpen", 0.5), clip("cheekPuff", 0.5), APPLY, face=face)
    vowels = [clip(name, 0.0) for name in zero]
    held = fed(*vowels, APPLY, face=face, now_s=0.99)["expression"].values
    assert (held["jawOpen"], held["cheekPuff"]) == (0.5, 0.5)
    given_back = fed(*vowels, APPLY, face=face, now_s=1.01)["expression"].values
    assert (given_back["jawOpen"], given_back["cheekPuff"]) == (0.0, 0.0)
    # the puffed cheek was given back once; from now on it belongs to other drivers
    assert "cheekPuff" not in fed(*vowels, APPLY, face=face, now_s=1.03)["expression"].values


def test_after_a_pause_of_the_whole_sender_only_what_it_sends_now_counts() -> None:
    face = VmcFace("vmc:test")
    fed(clip("jawOpen", 0.5), clip("Joy", 1.0), APPLY, face=face)
    made = fed(clip("A", 1.0), APPLY, face=face, now_s=60.0)
    assert made["expression"].values == pytest.approx({"jawOpen": 0.7})
    assert made["emotion"].weight == 0.0


@pytest.mark.parametrize(
    ("old", "new"), [("Joy", "happy"), ("happy", "Joy"), ("JOY", "Joy"), ("Fun", "relaxed")]
)
def test_the_newer_one_of_two_spellings_of_an_emotion_counts(old: str, new: str) -> None:
    face = VmcFace("vmc:test")
    assert fed(clip(old, 1.0), APPLY, face=face)["emotion"].weight == 1.0
    released = fed(clip(new, 0.0), APPLY, face=face, now_s=0.02)["emotion"]
    assert (released.weight, set(released.values.values())) == (0.0, {0.0})
    assert "emotion" not in fed(clip(new, 0.0), APPLY, face=face, now_s=0.04)


@pytest.mark.parametrize("order", [(1.0, 0.0), (0.0, 1.0)])
def test_two_spellings_in_one_frame_are_one_clip_of_the_larger_value(order: tuple[float, float]) -> None:
    face = VmcFace("vmc:test")
    for now_s in (0.0, 0.02):
        made = fed(clip("Joy", order[0]), clip("happy", order[1]), APPLY, face=face, now_s=now_s)
        assert (made["emotion"].values, made["emotion"].weight) == ({"happy": 1.0}, 1.0)


def test_arkit_noise_about_zero_does_not_switch_the_vowels_off() -> None:
    face = VmcFace("vmc:test")
    jaws = []
    for i in range(20):
        noise = 0.002 * (i % 2)
        made = fed(clip("tongueOut", noise), clip("A", 1.0), APPLY, face=face, now_s=i / 60)
        jaws.append(made["expression"].values["jawOpen"])
    assert max(jaws) - min(jaws) < 0.05
    assert max(jaws) == pytest.approx(0.7)


@pytest.mark.parametrize("address", ["/VMC/Ext/VRM", "/VMC/Ext/Remote"])
def test_another_model_begins_without_the_clips_and_bones_of_the_last_one(address: str) -> None:
    face = VmcFace("vmc:test")
    model: OscMessage = (address, ("C:/a.vrm", "A"))
    fed(model, clip("jawOpen", 0.5), clip("Joy", 1.0), APPLY, face=face)
    fed(bone("Neck", *turned(-10)), bone("Head", *turned(-20)), bone("LeftEye", *turned(-10)), face=face)
    # the same model again, as it is sent every few seconds, changes nothing
    assert fed(model, APPLY, face=face)["expression"].values == {"jawOpen": 0.5}
    made = fed((address, ("C:/b.vrm", "B")), clip("cheekPuff", 1.0), APPLY, face=face)
    assert made["expression"].values == {"cheekPuff": 1.0, "jawOpen": 0.0}
    assert made["emotion"].weight == 0.0
    assert fed(bone("Head", *turned(-20)), face=face)["pose"].values["yaw"] == pytest.approx(math.radians(20))
    # the old model's eye bone does not keep the gaze from the new one's clips
    assert fed(clip("LookLeft", 1.0), APPLY, face=face)["gaze"].values["yaw"] == pytest.approx(0.5)


def test_a_neck_that_is_sent_no_more_does_not_turn_the_head() -> None:
    face = VmcFace("vmc:test")
    fed(bone("Neck", *turned(-10)), bone("Head", *turned(-20)), face=face)
    yaw = [
        fed(bone("Head", *turned(-20)), face=face, now_s=s)["pose"].values["yaw"] for s in (0.5, 0.99, 1.5)
    ]
    assert yaw == pytest.approx([math.radians(30), math.radians(30), math.radians(20)])


def test_a_gaze_target_that_is_sent_no_more_leaves_the_gaze_to_the_eyes() -> None:
    face = VmcFace("vmc:test")
    fed(("/VMC/Ext/Set/Eye", (1, -1.0, 0.0, 2.0)), face=face)
    assert "gaze" not in fed(bone("LeftEye", *turned(-10)), face=face, now_s=0.5)
    made = fed(bone("LeftEye", *turned(-10)), face=face, now_s=1.1)
    assert made["gaze"].values["yaw"] == pytest.approx(math.radians(10))


def test_a_clock_that_was_set_back_does_not_hold_clips_for_ever() -> None:
    face = VmcFace("vmc:test")
    fed(clip("jawOpen", 0.5), APPLY, face=face, now_s=5000.0)
    assert fed(clip("A", 0.0), APPLY, face=face, now_s=10.0)["expression"].values == {"jawOpen": 0.0}


def test_names_of_earlier_models_make_room() -> None:
    face = VmcFace("vmc:test")
    face.feed([clip(f"old {i}", 0.5) for i in range(MAX_CLIPS)], 0.0)
    _, refusals = face.feed([clip("jawOpen", 0.5)], 0.5)
    assert [refusal.reason for refusal in refusals] == ["too many VMC clips"]
    made = fed(clip("jawOpen", 0.5), APPLY, face=face, now_s=1.6)
    assert made["expression"].values == {"jawOpen": 0.5}


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
