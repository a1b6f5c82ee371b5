"""Read back by python-osc, and by Unity's conventions as scipy computes them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle import OscBundle
from scipy.spatial.transform import Rotation

from bridge.forwarders.vmc import Clips, VmcForwarder
from protocol.blendshapes import BLENDSHAPES
from protocol.messages import MotionMessage
from tests.bridge.forwarders.motions import motion

MOODS = ("Joy", "Angry", "Sorrow", "Fun", "Surprised")


def sent(of: MotionMessage, clips: Clips = "both") -> list[tuple[str, list[object]]]:
    bundles = [OscBundle(datagram) for datagram in VmcForwarder(clips).datagrams(of, time_s=100.0)]
    return [(message.address, message.params) for bundle in bundles for message in bundle]


def values(of: MotionMessage, clips: Clips = "both") -> dict[str, float]:
    return {
        str(p[0]): float(p[1])  # type: ignore[arg-type]
        for a, p in sent(of, clips)
        if a == "/VMC/Ext/Blend/Val"
    }


def bones(of: MotionMessage) -> dict[str, Rotation]:
    """Unity's quaternions, xyzw; their products and turns follow the same formulas as anybody's."""
    return {
        str(p[0]): Rotation.from_quat(np.array(p[4:], float)) for a, p in sent(of) if a == "/VMC/Ext/Bone/Pos"
    }


def test_datagrams_fit_an_ethernet_frame_and_the_last_message_applies_the_clips() -> None:
    forwarder = VmcForwarder()
    for seconds in range(3):
        datagrams = forwarder.datagrams(motion(), time_s=1e9 + seconds)
        assert 2 <= len(datagrams) <= 4
        assert max(map(len, datagrams)) <= 1472
    messages = sent(motion())
    assert [address for address, _ in messages[:3]] == ["/VMC/Ext/OK", "/VMC/Ext/T", "/VMC/Ext/Root/Pos"]
    assert messages[0][1] == [1, 3, 0, 1]
    assert messages[2][1] == ["root", 0, 0, 0, 0, 0, 0, 1]
    assert messages[-1] == ("/VMC/Ext/Blend/Apply", [])
    assert [address for address, _ in messages].count("/VMC/Ext/Blend/Apply") == 1


def test_time_counts_from_the_first_frame() -> None:
    forwarder = VmcForwarder()
    times = []
    for time_s in (1e9, 1e9 + 0.5):
        first = OscBundle(forwarder.datagrams(motion(), time_s=time_s)[0])
        times += [message.params[0] for message in first if message.address == "/VMC/Ext/T"]
    assert times == [0.0, 0.5]


def test_all_clips_of_perfect_sync_and_vrms_presets_are_sent() -> None:
    assert set(BLENDSHAPES) < set(values(motion()))
    assert set(values(motion())) - set(BLENDSHAPES) == {*MOODS, "A", "I", "U", "O", "Blink_L", "Blink_R"}
    assert set(values(motion(), "arkit")) == set(BLENDSHAPES)
    assert set(values(motion(), "presets")) == set(values(motion())) - set(BLENDSHAPES)


def test_values_arrive_under_their_names() -> None:
    of = motion(expression_jawLeft=0.25, expression_eyeBlinkLeft=0.75, emotion_happy=0.5, emotion_relaxed=1.0)
    got = values(of)
    moved = {name: value for name, value in got.items() if value}
    assert moved == {"jawLeft": 0.25, "eyeBlinkLeft": 0.75, "Blink_L": 0.75, "Joy": 0.5, "Fun": 1.0}


@pytest.mark.parametrize(
    ("shapes", "vowel"),
    [
        ({"jawOpen": 0.7}, "A"),
        ({"jawOpen": 0.2, "mouthStretchLeft": 0.5, "mouthStretchRight": 0.5}, "I"),
        ({"mouthPucker": 0.7, "mouthFunnel": 0.3, "jawOpen": 0.15}, "U"),
        ({"mouthFunnel": 0.6, "jawOpen": 0.45}, "O"),
    ],
)
def test_a_mouth_that_says_a_vowel_is_mostly_that_vowel(shapes: dict[str, float], vowel: str) -> None:
    got = values(motion(**{f"expression_{name}": value for name, value in shapes.items()}))
    vowels = {name: got[name] for name in "AIUO"}
    assert max(vowels, key=vowels.__getitem__) == vowel
    assert vowels[vowel] > 0.8
    assert sum(vowels.values()) < 1.25


def test_a_turn_to_the_subjects_left_is_a_negative_turn_about_unitys_up() -> None:
    # In Unity a positive angle about +Y turns +Z towards +X, the avatar's right.
    got = bones(motion(pose_yaw=math.radians(40)))
    whole = got["Neck"] * got["Head"]
    assert whole.as_rotvec() == pytest.approx([0, -math.radians(40), 0])
    assert got["Neck"].as_rotvec() == pytest.approx([0, -math.radians(20), 0])


def test_looking_up_is_a_negative_turn_about_unitys_right() -> None:
    got = bones(motion(pose_pitch=math.radians(20), gaze_pitch=math.radians(10)))
    assert (got["Neck"] * got["Head"]).as_rotvec() == pytest.approx([-math.radians(20), 0, 0])
    assert got["LeftEye"].as_rotvec() == pytest.approx([-math.radians(10), 0, 0])
    assert got["RightEye"].as_rotvec() == pytest.approx([-math.radians(10), 0, 0])


def test_a_tilt_to_the_right_shoulder_is_a_negative_turn_about_unitys_forward() -> None:
    # +Z from +X (right) to +Y (up) takes the top of the head to the left shoulder.
    got = bones(motion(pose_roll=math.radians(30)))
    assert (got["Neck"] * got["Head"]).as_rotvec() == pytest.approx([0, 0, -math.radians(30)])


@given(st.floats(-1.2, 1.2), st.floats(-0.9, 0.9), st.floats(-1.0, 1.0))
def test_neck_and_head_together_are_the_whole_turn(yaw: float, pitch: float, roll: float) -> None:
    got = bones(motion(pose_yaw=yaw, pose_pitch=pitch, pose_roll=roll))
    flip = np.diag([-1.0, 1.0, 1.0])
    ours = Rotation.from_euler("YXZ", [yaw, -pitch, roll]).as_matrix()
    assert (got["Neck"] * got["Head"]).as_matrix() == pytest.approx(flip @ ours @ flip, abs=1e-6)
