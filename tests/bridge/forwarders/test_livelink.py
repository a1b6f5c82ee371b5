"""Read back by hand with struct, and by PyLiveLinkFace's own decoder."""

from __future__ import annotations

import json
import struct
import subprocess
from pathlib import Path

import pytest

from bridge.forwarders.livelink import LiveLinkForwarder
from bridge.trackers.livelink import LiveLinkTracker
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.messages import MotionMessage
from tests.bridge.forwarders.motions import motion

NOON_S = 1_700_006_400.0 + 43_200.0 - 1_700_006_400.0 % 86_400.0

DECODER = """
import json, sys
from pylivelinkface import FaceBlendShape, PyLiveLinkFace
found, face = PyLiveLinkFace.decode(bytes.fromhex(sys.argv[1]))
print(json.dumps({
    "found": found, "name": face.name, "uuid": face.uuid, "fps": face.fps, "version": face._version,
    "values": {shape.name: face.get_blendshape(shape) for shape in FaceBlendShape},
}))
"""


def numbers(packet: bytes) -> list[float]:
    assert packet[-245] == 61
    return list(struct.unpack(">61f", packet[-244:]))


def packet(of: MotionMessage, *, right_first: bool = False, subject: str = "Omote") -> bytes:
    (made,) = LiveLinkForwarder(subject, right_first=right_first).datagrams(of, time_s=NOON_S + 0.508)
    return made


def test_the_layout_is_that_of_the_phone() -> None:
    made = packet(motion(), subject="Zoë")
    version, size = struct.unpack_from(">Bi", made)
    assert (version, size) == (6, 36)
    assert made[5:41].decode().count("-") == 4
    (name_size,) = struct.unpack_from(">i", made, 41)
    assert made[45 : 45 + name_size].decode() == "Zoë"
    frame, sub_frame, rate, per, count = struct.unpack_from(">ifiiB", made, 45 + name_size)
    assert (frame, rate, per, count) == (43_200 * 60 + 30, 60, 1, 61)
    assert sub_frame == pytest.approx(0.48, abs=1e-3)
    assert len(made) == 26 + 36 + name_size + 4 * 61


def test_every_blendshape_is_at_its_place() -> None:
    of = motion(**{f"expression_{name}": (i + 1) / 100 for i, name in enumerate(BLENDSHAPES)})
    assert numbers(packet(of))[:52] == pytest.approx([(i + 1) / 100 for i in range(52)])


def test_for_apples_list_right_comes_before_left() -> None:
    of = motion(expression_jawLeft=0.5, expression_mouthLeft=0.75)
    assert [i for i, v in enumerate(numbers(packet(of))) if v] == [15, 21]
    assert [i for i, v in enumerate(numbers(packet(of, right_first=True))) if v] == [16, 22]


def test_the_head_is_in_radians_with_pitch_down() -> None:
    got = numbers(packet(motion(pose_yaw=0.5, pose_pitch=0.25, pose_roll=-0.125)))
    assert got[52:55] == [0.5, -0.25, -0.125]


def test_the_gaze_is_sent_as_shapes_and_as_angles() -> None:
    got = numbers(packet(motion(gaze_yaw=0.30, gaze_pitch=-0.275)))
    looks = {name: got[i] for name, i in INDEX.items() if name.startswith("eyeLook") and got[i]}
    assert looks == pytest.approx(
        {"eyeLookOutLeft": 0.5, "eyeLookInRight": 0.5, "eyeLookDownLeft": 0.5, "eyeLookDownRight": 0.5}
    )
    assert got[55:61] == pytest.approx([0.30, 0.275, 0.0] * 2)


def test_another_programs_decoder_reads_it(sender_python: Path) -> None:
    of = motion(expression_jawLeft=0.5, expression_mouthRight=0.25, expression_tongueOut=1.0, pose_yaw=0.5)
    done = subprocess.run(
        [str(sender_python), "-c", DECODER, packet(of).hex()],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["found"]
    assert (said["name"], said["fps"], said["version"]) == ("Omote", 60, 6)
    moved = {name: value for name, value in said["values"].items() if value}
    assert moved == {"JawLeft": 0.5, "MouthRight": 0.25, "TongueOut": 1.0, "HeadYaw": 0.5}


def test_omotes_own_tracker_reads_the_same_face_back() -> None:
    of = motion(pose_yaw=0.5, pose_pitch=0.25, pose_roll=-0.125, expression_jawRight=0.75)
    ((seen,), refusals) = LiveLinkTracker().feed(packet(of), "127.0.0.1:50000", 10**18)
    assert refusals == ()
    assert seen.source == "livelink:Omote"
    assert seen.pose == pytest.approx({"yaw": 0.5, "pitch": 0.25, "roll": -0.125})
    assert seen.expression[INDEX["jawRight"]] == 0.75
