"""An animated rig in a real Blender drives a real runtime."""

from __future__ import annotations

import numpy as np
import pytest

from face.camera import rotation
from omote.client import ControlClient
from protocol.channels import CHANNEL_INDEX
from protocol.messages import Command, ControlMessage, Status
from tests.blender.blender_process import Blender
from tests.blender.conftest import Omote
from tests.blender.test_live import AXES
from tests.waiting import until

FRAMES = [1, 10, 20]
JAW = [0.1, 0.9, 0.4]
HEAD = [(0.0, 0.0, 0.0), (0.5, 0.2, -0.3), (-0.6, -0.3, 0.2)]  # yaw, pitch, roll
LOOK = [(0.0, 0.0), (0.4, -0.2), (-0.3, 0.3)]


def turned(*angles: float) -> list[list[float]]:
    """A rotation in the armature's space."""
    rows: list[list[float]] = (AXES @ rotation(*angles) @ AXES.T).tolist()
    return rows


def status(client: ControlClient) -> Status:
    found = client.request(Command(name="status")).status
    assert found is not None
    return found


def test_an_animated_rig_is_a_driver_with_weight_and_layers(blender: Blender, omote: Omote) -> None:
    blender.character(names=["jawOpen", "eyeBlinkLeft"])
    blender.choose(which="source_rig")
    blender.keyframe(
        shapes={"JawOpen": JAW},
        head=[turned(*one) for one in HEAD],
        eyes=[turned(*one, 0.0) for one in LOOK],
        frames=FRAMES,
    )
    blender.setting(control_port=omote.ports["control"], source="script blender", weight=0.5, priority=3)
    with omote.running() as client:
        below = {"yaw": 0.2, "pitch": 0.1, "roll": 0.0}
        client.send(ControlMessage(layer="pose", source="script below", values=below, ttl_s=60))
        blender.press(operator="drive")
        blender.wait_status(text="Driving")
        for place, frame in enumerate(FRAMES):
            blender.frame(number=frame)
            pose = {name: 0.5 * low + 0.5 * HEAD[place][at] for at, (name, low) in enumerate(below.items())}
            expected = {("pose", name): value for name, value in pose.items()}
            expected |= {("expression", "jawOpen"): 0.5 * JAW[place], ("gaze", "yaw"): 0.5 * LOOK[place][0]}

            def arrived(expected: dict[tuple[str, str], float] = expected) -> bool:
                blender.ticks(count=10)
                values = status(client).values
                return all(
                    abs(values[CHANNEL_INDEX[layer][name]] - value) < 1e-3
                    for (layer, name), value in expected.items()
                )

            assert until(arrived)
        drivers = {one.layer: one for one in status(client).drivers if one.source == "script blender"}
        assert set(drivers) == {"expression", "pose", "gaze"}
        assert all((one.weight, one.priority, one.mode) == (0.5, 3, "set") for one in drivers.values())
        assert blender.press(operator="drive") == ["FINISHED"]
        assert until(lambda: all(one.source != "script blender" for one in status(client).drivers))
        # those of the test's own questions while the runtime started
        assert set(status(client).dropped) <= {"another user", "reply not taken"}


def test_emotions_are_sent_where_they_are_wanted(blender: Blender, omote: Omote) -> None:
    blender.character(names=["jawOpen"])
    blender.choose(which="source_rig")
    blender.setting(
        control_port=omote.ports["control"],
        sends_emotion=True,
        sends_expression=False,
        sends_pose=False,
        sends_gaze=False,
    )
    blender.set_feeling(name="angry", value=0.75)
    blender.press(operator="drive")
    for _ in range(2):  # started after Blender, and started again
        with omote.running() as client:
            blender.wait_status(text="Driving")

            def is_angry(client: ControlClient = client) -> bool:
                blender.ticks(count=10)
                return abs(status(client).values[CHANNEL_INDEX["emotion"]["angry"]] - 0.75) < 1e-3

            assert until(is_angry)
            assert {one.layer for one in status(client).drivers} == {"emotion"}


def test_a_rig_that_omote_moves_does_not_drive_omote(blender: Blender, omote: Omote) -> None:
    blender.character(names=["jawOpen"])
    blender.choose()
    blender.choose(which="source_rig")
    blender.setting(publish_port=omote.ports["publish"], control_port=omote.ports["control"])
    with omote.running() as client:
        blender.press(operator="connect")
        blender.press(operator="drive")
        blender.wait_status(text="moved by Omote")
        blender.ticks(count=50)
        assert status(client).drivers == []


def test_what_is_measured_is_what_was_shown(blender: Blender) -> None:
    """The reverse of `show`, for rigs that look along each axis; angles survive to within rounding."""
    chance = np.random.default_rng(5)
    blender.character(names=["jawOpen", "eyeBlinkLeft"])
    blender.choose(which="source_rig", travel=0.7)
    for facing in ("-Y", "+Y", "+X", "-X"):
        given = {
            "pose": dict(
                zip(("yaw", "pitch", "roll", "x", "y", "z"), chance.uniform(-0.8, 0.8, 6), strict=True)
            ),
            "gaze": dict(zip(("yaw", "pitch"), chance.uniform(-0.5, 0.5, 2), strict=True)),
            "expression": {"jawOpen": 0.3, "eyeBlinkLeft": 0.8},
        }
        found = blender.show_and_measure(facing=facing, layers=given)
        for layer, values in given.items():
            assert found[layer] == pytest.approx(values, abs=1e-4)


def test_other_meshes_of_the_character_move_too_if_wanted(blender: Blender) -> None:
    blender.character(names=["jawOpen"])
    blender.add_teeth()
    blender.choose(which="source_rig")
    for has_others, jaw in ((True, 0.6), (False, 0.3)):
        blender.choose(which="source_rig", has_others=has_others)
        blender.show_and_measure(facing="-Y", layers={"expression": {"jawOpen": jaw}})
        assert blender.keys_of(name="Monkey")["JawOpen"] == pytest.approx(jaw)
        assert blender.keys_of(name="Teeth")["jaw_open"] == pytest.approx(0.6)
        assert blender.keys_of(name="Stranger")["jaw_open"] == 0.0
