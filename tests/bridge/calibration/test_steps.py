from __future__ import annotations

from math import degrees

from bridge.calibration.steps import REST, SIDE, STEPS
from bridge.observation import GAZE_AXES, POSE_AXES
from protocol.blendshapes import BLENDSHAPES
from protocol.channels import CHANNEL_INDEX, CHANNELS


def test_rest_is_first_because_all_other_steps_are_measured_against_it() -> None:
    assert STEPS[0].name == REST
    assert SIDE in {step.name for step in STEPS}
    assert len({step.name for step in STEPS}) == len(STEPS)


def test_every_stem_names_one_blendshape_or_both_sides_of_one() -> None:
    for stem in (stem for step in STEPS for stem in step.shapes):
        assert stem in BLENDSHAPES or {stem + "Left", stem + "Right"} <= set(BLENDSHAPES), stem


def test_every_axis_of_the_head_and_of_the_gaze_is_asked_for() -> None:
    assert {step.pose[0] for step in STEPS} - {""} == set(POSE_AXES[:3])
    assert {step.gaze[0] for step in STEPS} - {""} == set(GAZE_AXES)


def test_the_asked_angles_have_the_signs_of_the_words_and_lie_within_the_channels() -> None:
    """Yaw + is to the subject's left, pitch + up, roll + towards the right shoulder (docs/naming.md)."""
    for step in STEPS:
        for layer, (axis, angle) in (("pose", step.pose), ("gaze", step.gaze)):
            if axis:
                channel = CHANNELS[CHANNEL_INDEX[layer][axis]]
                assert channel.low <= angle <= channel.high
                is_positive = any(word in step.ask for word in ("LEFT", "RIGHT shoulder", "up"))
                assert (angle > 0) == is_positive, f"{step.ask}: {degrees(angle):.0f}°"
