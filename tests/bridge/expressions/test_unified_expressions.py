from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.expressions.unified_expressions import _SHAPES, UNIFIED_NAMES, read_unified
from protocol.blendshapes import BLENDSHAPES, INDEX, REGION


def shapes(values: dict[str, float]) -> dict[str, float]:
    """What is reported and not 0."""
    expression = read_unified(values).expression
    return {name: float(expression[i]) for i, name in enumerate(BLENDSHAPES) if expression[i] > 0.0}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"JawOpen": 0.5}, {"jawOpen": 0.5}),
        ({"MouthClosed": 0.25}, {"mouthClose": 0.25}),
        ({"JawX": 0.5}, {"jawRight": 0.5}),
        ({"JawX": -0.5}, {"jawLeft": 0.5}),
        ({"JawZ": 0.5}, {"jawForward": 0.5}),
        ({"MouthX": -0.5}, {"mouthLeft": 0.5}),
        ({"MouthUpperX": 0.5, "MouthLowerX": 0.25}, {"mouthRight": 0.375}),
        ({"MouthCornerPullLeft": 1.0}, {"mouthSmileLeft": 0.8}),
        ({"MouthCornerPullLeft": 1.0, "MouthCornerSlantLeft": 1.0}, {"mouthSmileLeft": 1.0}),
        ({"MouthSmileRight": 0.5}, {"mouthSmileRight": 0.5}),
        ({"SmileFrown": -0.5}, {"mouthFrownLeft": 0.5, "mouthFrownRight": 0.5}),
        ({"SmileSadLeft": 0.5}, {"mouthSmileLeft": 0.5}),
        ({"BrowLowererRight": 1.0, "BrowPinchRight": 1.0}, {"browDownRight": 1.0}),
        ({"BrowExpressionLeft": -0.5}, {"browDownLeft": 0.5}),
        ({"BrowInnerUpLeft": 1.0, "BrowInnerUpRight": 0.5}, {"browInnerUp": 0.75}),
        ({"CheekPuffSuck": 0.5}, {"cheekPuff": 0.5}),
        ({"CheekPuffSuck": -0.5}, {}),
        ({"LipSuckFunnelUpper": -0.5, "LipSuckFunnelLower": -0.5}, {"mouthFunnel": 0.5}),
        ({"LipSuckFunnelUpper": 0.5}, {"mouthRollUpper": 0.5}),
        ({"LipSuckLower": 0.5}, {"mouthRollLower": 0.5}),
        ({"LipPuckerLeft": 1.0, "LipPuckerRight": 1.0}, {"mouthPucker": 1.0}),
        ({"MouthOpen": 0.5}, {f"mouth{way}{side}": 0.5 for way in ("UpperUp", "LowerDown") for side in ("Left", "Right")}),
        ({"MouthRaiserLower": 0.5}, {"mouthShrugLower": 0.5}),
        ({"TongueOut": 1.0}, {"tongueOut": 1.0}),
        ({"EyeLidLeft": 0.75, "EyeLidRight": 0.75}, {}),
        ({"EyeLidLeft": 0.0}, {"eyeBlinkLeft": 1.0}),
        ({"EyeLid": 0.375}, {"eyeBlinkLeft": 0.5, "eyeBlinkRight": 0.5}),
        ({"EyeLidRight": 1.0}, {"eyeWideRight": 1.0}),
        ({"EyeOpenLeft": 0.25}, {"eyeBlinkLeft": 0.75}),
        ({"EyeClosedRight": 0.5}, {"eyeBlinkRight": 0.5}),
    ],
)  # fmt: skip
def test_names_become_arkit_shapes(values: dict[str, float], expected: dict[str, float]) -> None:
    assert shapes(values) == pytest.approx(expected)


@given(st.dictionaries(st.sampled_from(sorted(UNIFIED_NAMES)), st.floats(-1.5, 1.5), max_size=40))
def test_the_plan_of_a_set_of_names_gives_what_the_table_says(values: dict[str, float]) -> None:
    found = {}
    for shape, alternatives in _SHAPES.items():
        for terms in alternatives:
            if set(terms) & set(values):
                parts = [max(values.get(name, 0.0) * factor, 0.0) for name, factor in terms.items()]
                found[shape] = min(sum(parts), 1.0)
                break
    expected = np.full(52, np.nan)
    for shape in _SHAPES:
        if REGION[shape] in {REGION[other] for other in found}:
            expected[INDEX[shape]] = found.get(shape, 0.0)
    places = [INDEX[shape] for shape in _SHAPES]
    for _ in range(2):  # with a new plan, and with the known one
        np.testing.assert_array_equal(read_unified(values).expression[places], expected[places])


def test_untracked_regions_are_nan_and_tracked_ones_start_at_0() -> None:
    expression = read_unified({"JawOpen": 0.5}).expression
    assert expression[INDEX["mouthSmileLeft"]] == 0.0
    for name in ("browInnerUp", "eyeBlinkLeft", "eyeSquintLeft", "cheekPuff", "eyeLookUpLeft"):
        assert math.isnan(expression[INDEX[name]]), name


def test_head_in_unity_axes_becomes_omotes() -> None:
    # right, down, left shoulder, half a metre to the right
    pose = read_unified({"Head/Yaw": 0.5, "Head/Pitch": 0.25, "Head/Roll": 0.1, "Head/PosX": 1.0}).pose
    assert pose == pytest.approx(
        {"yaw": -math.pi / 4, "pitch": -math.pi / 8, "roll": -math.pi / 20, "x": -0.5}
    )


def test_gaze_is_the_mean_of_the_eyes_to_the_subjects_left_and_up() -> None:
    assert read_unified({"EyeX": -1.0, "EyeY": 0.0}).gaze == pytest.approx({"yaw": math.pi / 4, "pitch": 0.0})
    both = {"EyeLeftX": -0.2, "EyeRightX": -0.4, "EyeLeftY": 0.1, "EyeRightY": 0.1, "EyeX": 1.0}
    assert read_unified(both).gaze == pytest.approx({"yaw": math.atan(0.3), "pitch": math.atan(0.1)})
    assert read_unified({"JawOpen": 1.0}).gaze == {}


@given(st.dictionaries(st.sampled_from(sorted(UNIFIED_NAMES)), st.floats(-2, 2), max_size=30))
def test_coefficients_stay_in_0_to_1_for_any_input(values: dict[str, float]) -> None:
    face = read_unified(values)
    known = face.expression[~np.isnan(face.expression)]
    assert ((known >= 0.0) & (known <= 1.0)).all()
    assert all(map(math.isfinite, (*face.pose.values(), *face.gaze.values())))
