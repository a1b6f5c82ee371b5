"""A VRM application of other people, npm's three-vrm in Node.js, drives the face by VMC."""

from __future__ import annotations

import json
import subprocess
from math import cos, sin
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from runtime.intake.inbox import Inbox
from runtime.intake.receiver import Receiver, ReceiverPorts
from tests.waiting import until

APP = Path(__file__).parents[2] / "senders/vrm_app.js"


def test_a_vrm_model_s_expressions_head_and_eyes_arrive(sender_modules: Path) -> None:
    if not (sender_modules / "@pixiv/three-vrm").is_dir():
        pytest.skip("npm's @pixiv/three-vrm is missing: python scripts/test_senders.py")
    inbox = Inbox()
    got: dict[str, dict[str, float]] = {}
    with Receiver(inbox, ReceiverPorts(control=None, request=None, osc=None, vmc=0)) as receiver:
        command = ["node", APP, sender_modules, str(receiver.ports.vmc)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout)

        def received() -> bool:
            for each in inbox.take():
                assert each.message.source == "vmc:127.0.0.1"
                share = each.message.weight if each.message.layer == "emotion" else 1.0
                values = {name: share * value for name, value in each.message.values.items()}
                got.setdefault(each.message.layer, {}).update(values)
            return set(got) == {"expression", "emotion", "pose", "gaze"}

        assert until(received)
    assert inbox.dropped() == {}
    assert got["emotion"] == pytest.approx({"happy": said["face"]["happy"]})
    assert set(got["expression"]) == {"eyeBlinkLeft", "jawOpen"}
    assert got["expression"]["eyeBlinkLeft"] == pytest.approx(said["face"]["blinkLeft"])
    assert got["expression"]["jawOpen"] > 0.2
    assert {name: got["pose"][name] for name in said["head"]} == pytest.approx(said["head"], abs=1e-5)
    # the turned head's turned eyes look at the target
    yaw, pitch = got["gaze"]["yaw"], got["gaze"]["pitch"]
    look = turned(**got["pose"]) @ [sin(yaw) * cos(pitch), sin(pitch), cos(yaw) * cos(pitch)]
    wanted = np.array(said["target"]) - (0, 1.5, 0)
    assert look == pytest.approx(wanted / np.linalg.norm(wanted), abs=2e-3)


def turned(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """(3, 3): about Y, then about the turned -X, then about the turned Z."""
    y = np.array([[cos(yaw), 0, sin(yaw)], [0, 1, 0], [-sin(yaw), 0, cos(yaw)]])
    x = np.array([[1, 0, 0], [0, cos(pitch), sin(pitch)], [0, -sin(pitch), cos(pitch)]])
    z = np.array([[cos(roll), -sin(roll), 0], [sin(roll), cos(roll), 0], [0, 0, 1]])
    return y @ x @ z
