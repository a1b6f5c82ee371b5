"""Each input alone; what it should move is Live2D's list of standard parameters, and VTube Studio's manual."""

from __future__ import annotations

from math import radians

import numpy as np
import pytest

from bridge.vts.inputs import ARKIT_INPUTS, VTS_INPUTS
from bridge.vts.mapping import observation_of_inputs
from protocol.blendshapes import BLENDSHAPES, INDEX

#: Inputs of VTube Studio that say nothing of a face.
SILENT = {"MousePositionX", "MousePositionY", "VoiceFrequency", "VoiceSilence"}


def shapes(**values: float) -> dict[str, float]:
    """The known coefficients that are not 0."""
    expression = observation_of_inputs(values, source="vts:test", now_ns=0).expression
    return {name: expression[i] for i, name in enumerate(BLENDSHAPES) if expression[i] > 0.0}


def test_angles_turn_as_the_drawn_head_does() -> None:
    angles = observation_of_inputs(
        {"FaceAngleX": 10.0, "FaceAngleY": 20.0, "FaceAngleZ": 5.0}, source="s", now_ns=0
    ).pose
    # + is the screen's right, up, and tilted to the screen's right: the subject's left shoulder.
    assert angles == pytest.approx({"yaw": radians(10), "pitch": radians(20), "roll": -radians(5)})


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"MouthOpen": 0.5}, {"jawOpen": 0.5}),
        ({"MouthSmile": 1.0}, {"mouthSmileLeft": 1.0, "mouthSmileRight": 1.0}),
        ({"MouthSmile": 0.25}, {"mouthFrownLeft": 0.5, "mouthFrownRight": 0.5}),
        ({"MouthSmile": 0.5}, {}),
        ({"EyeOpenLeft": 0.0}, {"eyeBlinkLeft": 1.0}),
        ({"EyeOpenRight": 1.5}, {"eyeWideRight": 0.5}),
        ({"BrowLeftY": 0.0}, {"browDownLeft": 1.0}),
        ({"Brows": 1.0}, {"browInnerUp": 1.0, "browOuterUpLeft": 1.0, "browOuterUpRight": 1.0}),
        ({"MouthX": -0.5}, {"mouthRight": 0.5}),
        ({"VoiceU": 1.0}, {"mouthPucker": 0.7, "mouthFunnel": 0.3, "jawOpen": 0.15}),
        ({"VoiceA": 0.5, "VoiceO": 0.5}, {"jawOpen": 0.575, "mouthFunnel": 0.3}),
        ({"MouthOpen": 0.9, "JawOpen": 0.2}, {"jawOpen": 0.2}),  # the shape's own name counts more
        ({"jaw_open": 0.4, "EyeBlink_L": 1.0}, {"jawOpen": 0.4, "eyeBlinkLeft": 1.0}),
        ({"MouthOpen": 1e6}, {"jawOpen": 1.0}),
        ({"MyOwnThing": 1.0}, {}),
    ],
)
def test_inputs_become_shapes(values: dict[str, float], expected: dict[str, float]) -> None:
    assert shapes(**values) == pytest.approx(expected)


def test_shape_at_rest_is_known_to_be_at_rest() -> None:
    expression = observation_of_inputs({"EyeOpenLeft": 1.0}, source="s", now_ns=0).expression
    assert expression[INDEX["eyeBlinkLeft"]] == 0.0
    assert np.isnan(expression[INDEX["eyeBlinkRight"]])


def test_every_input_moves_something_and_only_the_mouse_does_not() -> None:
    for known in (*VTS_INPUTS, *ARKIT_INPUTS):
        seen = observation_of_inputs({known.name: known.high}, source="s", now_ns=0)
        moves = bool(seen.pose or seen.gaze or seen.emotion or not np.isnan(seen.expression).all())
        assert moves != (known.name in SILENT), known.name


def test_at_rest_nothing_is_moved() -> None:
    rest = observation_of_inputs({known.name: known.default for known in VTS_INPUTS}, source="s", now_ns=0)
    assert np.nanmax(np.abs(rest.expression)) == 0.0
    assert set(rest.pose.values()) == {0.0}
    assert rest.emotion == {}
    angry = observation_of_inputs({"FaceAngry": 0.7}, source="s", now_ns=0)
    assert (angry.emotion, angry.emotion_weight) == ({"angry": 1.0}, 0.7)
