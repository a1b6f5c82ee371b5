"""A person before a Live Link sender whose yaw is turned round and half as far, guided by the real program."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bridge.calibration.profile import Profiles
from bridge.calibration.steps import STEPS
from bridge.forwarders.livelink import LiveLinkForwarder
from protocol.blendshapes import INDEX
from protocol.channels import CHANNEL_INDEX, CHANNELS
from protocol.messages import MotionMessage
from tests.ports import free_udp_port
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).resolve().parents[3]


#: The program, whose person takes as long as they need to do what it asks for, and may try as often: a line on its
#: standard input says that they do it now.
PATIENT = """
import sys
from bridge.__main__ import main
from bridge.calibration import session
from bridge.commands import calibrate
session.ATTEMPTS, ask = 1000, calibrate.LinesGuide.ask
def asked(self, number, of, step):
    ask(self, number, of, step)
    sys.stdin.readline()
calibrate.LinesGuide.ask = asked
sys.exit(main(sys.argv[1:]))
"""


def start(*arguments: str, program: tuple[str, ...] = ("-m", "bridge")) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *program, "calibrate", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.STDOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )


def face(step_name: str) -> bytes:
    """A datagram of the faulty phone, for a person who follows a step's instruction."""
    values = [channel.neutral for channel in CHANNELS]

    def put(layer: str, channel: str, value: float) -> None:
        values[CHANNEL_INDEX[layer][channel]] = value

    step = next(step for step in STEPS if step.name == step_name)
    for stem in step.shapes:
        for name in (stem, stem + "Left", stem + "Right"):
            if name in INDEX:
                put("expression", name, 0.8)
    if step_name == "side":
        put("expression", "mouthLeft", 0.7)
    if step.pose[0]:
        put("pose", step.pose[0], step.pose[1] * (-0.5 if step.pose[0] == "yaw" else 1.0))
    if step.gaze[0]:
        put("gaze", *step.gaze)
    motion = MotionMessage(frame_id=1, capture_time_ns=0, receive_time_ns=0, values=values)
    return LiveLinkForwarder("Anna").datagrams(motion, time_s=0.0)[0]


def test_the_guided_way_ends_in_a_profile_that_puts_the_sender_right(tmp_path: Path) -> None:
    port, path = free_udp_port(), tmp_path / "anna.toml"
    path.write_text("[source.vmc]\nmirror = true\n[source.vmc.lids]\nfollow_gaze = 0.5\n", "utf-8")
    asked = ("--add", "--output", str(path), "--speed", "15", "livelink", "--port", str(port))
    process = start(*asked, program=("-c", PATIENT))
    faces = {step.name: face(step.name) for step in STEPS}
    doing = ["rest"]
    is_over = threading.Event()

    def send() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
            while not is_over.wait(0.003):
                phone.sendto(faces[doing[0]], ("127.0.0.1", port))

    sender = threading.Thread(target=send)
    killer = threading.Timer(5 * PATIENCE_S, process.kill)
    killer.start()
    sender.start()
    try:
        assert process.stdout is not None
        assert process.stdin is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if step := next((step for step in STEPS if step.ask in line), None):
                doing[0] = step.name
                process.stdin.write("\n")
                process.stdin.flush()
        process.communicate()
    finally:
        is_over.set()
        sender.join()
        killer.cancel()
    text = "".join(lines)
    assert process.returncode == 0, text
    assert "calibrating livelink:Anna" in text
    assert "14 of 14 steps measured" in text
    assert f"omote-bridge livelink --profile {path}" in text
    profile = Profiles(path).of("livelink", "livelink:Anna")
    assert profile.pose_gain[:3] == pytest.approx([-2.0, 1.0, 1.0], rel=0.05)
    assert not profile.mirror
    assert profile.full[INDEX["jawOpen"]] == pytest.approx(0.8, abs=0.01)
    assert profile.full[INDEX["eyeBlinkRight"]] == pytest.approx(0.8, abs=0.01)
    other = Profiles(path).of("vmc", "vmc")  # what the file said about another tracker is still in it
    assert other.mirror
    assert other.lids_follow_gaze == 0.5


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
def test_a_stop_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    process = start("--output", str(path), "vmc", "--port", str(free_udp_port()))
    assert process.stdout is not None
    assert "waiting for a face from vmc" in process.stdout.readline()
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    text = process.communicate(timeout=PATIENCE_S)[0]
    assert process.returncode == 0, text
    assert "nothing is written" in text
    assert not path.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--output", "FILE", "livelink"], "exists already"),
        (["--add", "--output", "FOR_ALL", "livelink"], "settings for all trackers (mirror)"),
        (["--add", "--output", "TORN", "livelink"], "write it as TOML"),
        (["replay"], "expected a tracker such as"),
        (["--output", "NEW", "video", "no.mp4"], "there is no file no.mp4"),
    ],
)
def test_an_impossible_calibration_is_an_error_in_one_line(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "a.toml").write_text("", "utf-8")
    (tmp_path / "c.toml").write_text("mirror = true\n", "utf-8")
    (tmp_path / "d.toml").write_text("mirror =", "utf-8")
    places = {"FOR_ALL": str(tmp_path / "c.toml"), "TORN": str(tmp_path / "d.toml")}
    places |= {"FILE": str(tmp_path / "a.toml"), "NEW": str(tmp_path / "b.toml")}
    if "video" in arguments:
        pytest.importorskip("cv2")
    process = start(*[places.get(word, word) for word in arguments])
    text = process.communicate(timeout=PATIENCE_S)[0]
    assert process.returncode == 1
    assert said in text
    assert len(text.splitlines()) == 1


def test_a_video_gives_rest_and_ranges(shared: Path, tmp_path: Path) -> None:
    pytest.importorskip("mediapipe")
    path = tmp_path / "a.toml"
    clip, model = shared / "media" / "driving" / "d0.mp4", shared / "models" / "face_landmarker.task"
    process = start("--output", str(path), "video", str(clip), "--face-landmarker", str(model))
    text = process.communicate(timeout=5 * PATIENCE_S)[0]
    assert process.returncode == 0, text
    # the man in the clip smiles broadly, and hardly opens his mouth
    assert "mouthSmile reaches 0.8" in text
    assert "jawOpen" not in text
    profile = Profiles(path).of("mediapipe", "video")
    assert profile.full[INDEX["mouthSmileLeft"]] < 0.95
