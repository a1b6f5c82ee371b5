from __future__ import annotations

from math import radians

import numpy as np
import pytest

from face.errors import AvatarError
from face.limits import KNEE, Ends, HeadLimits, checked_limits, eased
from face.motion import NEUTRAL, Motion
from protocol.channels import CHANNEL_INDEX

YAW, AZIMUTH = CHANNEL_INDEX["pose"]["yaw"], CHANNEL_INDEX["view"]["azimuth"]
PITCH, ELEVATION = CHANNEL_INDEX["pose"]["pitch"], CHANNEL_INDEX["view"]["elevation"]


@pytest.mark.parametrize("ends", [Ends(-0.6, 0.0, 0.6), Ends(-0.7, -0.5, 0.1), Ends(-0.02, 0.0, 0.9)])
def test_a_value_is_bent_into_the_range_without_a_jump_and_never_turns_back(ends: Ends) -> None:
    values = np.linspace(-2, 2, 40_001)
    bent = np.array([eased(float(value), ends) for value in values])
    assert bent.min() >= ends.low
    assert bent.max() <= ends.high
    slopes = np.diff(bent) / np.diff(values)
    assert (slopes >= 0).all()
    assert slopes.max() < 1 + 1e-6
    assert np.abs(np.diff(slopes)).max() < 0.02  # the knee is soft: the speed changes bit by bit
    inside = (values > ends.rest - (1 - KNEE) * (ends.rest - ends.low)) & (
        values < ends.rest + (1 - KNEE) * (ends.high - ends.rest)
    )
    assert np.array_equal(bent[inside], values[inside])


def test_a_value_at_its_end_comes_near_it() -> None:
    assert eased(radians(35), Ends(radians(-38), 0.0, radians(38))) > radians(33)


@pytest.mark.parametrize("ends", [Ends(-0.5, 0.5, 0.5), Ends(-0.5, -0.5, 0.5)])
def test_a_rest_at_an_end_is_kept(ends: Ends) -> None:
    assert eased(ends.rest, ends) == ends.rest
    assert ends.low <= eased(-9.0, ends) <= eased(9.0, ends) <= ends.high


def turned(limits: HeadLimits, **values: float) -> Motion:
    motion = Motion.neutral()
    for name, value in values.items():
        layer, channel = name.split("_")
        motion.values[CHANNEL_INDEX[layer][channel]] = value
    limits.ease(motion)
    return motion


def test_degrees_and_places_of_the_manifest_end_in_their_channels() -> None:
    limits = HeadLimits({"yaw": (-30.0, 20.0), "y": (-0.2, 0.06), "scale": (0.6, 1.2)}, NEUTRAL)
    motion = turned(limits, pose_yaw=1.2, pose_y=1.0, pose_scale=3.0, pose_pitch=0.9, pose_x=-1.0)
    assert motion.pose == pytest.approx([radians(20), 0.9, 0, -1, 0.06, 0, 1.2], abs=1e-3)
    assert motion.pose[0] <= radians(20)


def test_a_portrait_at_rest_is_not_bent() -> None:
    portrait = NEUTRAL.copy()
    portrait[YAW] = radians(-35)
    limits = HeadLimits({"yaw": (-42.0, 5.0)}, portrait)
    assert turned(limits, pose_yaw=radians(-35)).pose[0] == pytest.approx(radians(-35))
    assert turned(limits, pose_yaw=radians(-38)).pose[0] == pytest.approx(radians(-38))


@pytest.mark.parametrize(("turn", "orbit"), [("yaw", "azimuth"), ("pitch", "elevation")])
def test_the_camera_sees_the_head_inside_its_limits(turn: str, orbit: str) -> None:
    limits = HeadLimits({turn: (-30.0, 30.0)}, NEUTRAL)
    pose, view = CHANNEL_INDEX["pose"][turn], CHANNEL_INDEX["view"][orbit]
    for angle in np.linspace(-0.9, 0.9, 13):
        still = turned(limits, **{f"pose_{turn}": angle})
        assert still.values[view] == 0.0  # a head that turns does not move the camera
        for around in np.linspace(-0.9, 0.9, 13):
            motion = turned(limits, **{f"pose_{turn}": angle, f"view_{orbit}": around})
            seen = float(motion.values[pose] - motion.values[view])
            assert abs(seen) <= radians(30) + 1e-6
            if abs(angle - around) < radians(20):
                assert seen == pytest.approx(angle - around, abs=1e-6)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ([], "must be a table"),
        ({"nod": [0, 1]}, "expected one of yaw"),
        ({"yaw": [30, -30]}, "lowest and highest"),
        ({"yaw": [0, 0]}, "lowest and highest"),
        ({"yaw": 30}, "lowest and highest"),
        ({"yaw": [1, 2, 3]}, "lowest and highest"),
        ({"yaw": ["a", "b"]}, "lowest and highest"),
        ({"yaw": [float("-inf"), 0]}, "lowest and highest"),
        ({"yaw": [True, 3]}, "lowest and highest"),
    ],
)
def test_limits_that_make_no_sense_are_refused_in_words(table: object, words: str) -> None:
    with pytest.raises(AvatarError, match=words):
        checked_limits(table, "avatar.toml")


def test_whole_limits_are_taken() -> None:
    assert checked_limits({"yaw": [-30, 30.5], "y": [-0.1, 0.2]}, "avatar.toml") == {
        "yaw": (-30.0, 30.5),
        "y": (-0.1, 0.2),
    }
