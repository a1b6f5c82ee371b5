"""Two runtimes, the second one moved by nothing but what is forwarded from the first one."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import zmq

from bridge.commands.forward import _destination
from bridge.forwarders.motion_reader import MotionReader
from protocol.channels import CHANNELS
from protocol.codec import encode
from protocol.messages import ControlMessage
from tests.ipv6 import has_ipv6
from tests.ports import free_ports
from tests.waiting import PATIENCE_S, until

ROOT = Path(__file__).resolve().parents[3]
STARTED = "Ctrl-C"

POSES = {"vmc": (0.5, -0.3, 0.2), "vmc arkit": (0.3, 0.1, -0.1), "osc": (-0.4, 0.25, -0.3)}


def said(kind: str) -> tuple[ControlMessage, ...]:
    """Another face for each test, so that none is what is left of the one before."""
    pose = dict(zip(("yaw", "pitch", "roll"), POSES[kind], strict=True))
    expression = {
        "jawOpen": 0.6, "jawLeft": 0.3, "eyeBlinkLeft": 0.8, "mouthSmileRight": pose["yaw"] ** 2, "tongueOut": 0.5,
    }  # fmt: skip
    gaze = {"yaw": -0.6 * pose["yaw"], "pitch": 0.2}
    # VMC's presets and clips both hold the emotion: sent together, they show it twice, on any avatar
    happy = 0.0 if kind == "vmc" else 0.7
    return (
        ControlMessage(
            layer="emotion", source="test", values={"happy": happy}, weight=float(happy > 0), ttl_s=60.0
        ),
        ControlMessage(layer="pose", source="test", values=pose, ttl_s=60.0),
        ControlMessage(layer="expression", source="test", values=expression, ttl_s=60.0),
        ControlMessage(layer="gaze", source="test", values=gaze, ttl_s=60.0),
    )


#: What VMC cannot say: place and size, the emotions' own numbers, the camera.
COMPARED = np.array([
    c.layer in ("expression", "gaze") or c.name in ("yaw", "pitch", "roll") for c in CHANNELS
])  # fmt: skip


class Runtime(NamedTuple):
    control: int
    publish: int
    vmc: int
    osc: int


def start(module: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE,
        text=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )


def interrupt(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT)
    return process.communicate(timeout=PATIENCE_S)[0]


@pytest.fixture(scope="module")
def runtimes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Runtime, Runtime]]:
    """Two that do nothing of themselves."""
    config = tmp_path_factory.mktemp("config") / "still.toml"
    config.write_text('performance = "none"\nengine = "null"\nsize = 128\n[idle]\namount = 0.0\n', "utf-8")
    tcp, udp = free_ports(6), free_ports(4, socket.SOCK_DGRAM)
    processes, made = [], []
    try:
        for i in range(2):
            control, request, publish = tcp[3 * i : 3 * i + 3]
            vmc, osc = udp[2 * i : 2 * i + 2]
            ports = {"control": control, "request": request, "publish": publish, "vmc": vmc, "osc": osc}
            options = [text for name, port in ports.items() for text in (f"--{name}-port", str(port))]
            processes.append(start("omote", "run", "--config", str(config), "--no-panel", *options))
            made.append(Runtime(control, publish, vmc, osc))
        for process in processes:
            assert process.stdout is not None
            line = "-"
            while STARTED not in line and line:
                line = process.stdout.readline()
            assert line, "a runtime did not start"
        yield made[0], made[1]
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def differing(leader: np.ndarray, follower: np.ndarray) -> list[tuple[str, float, float]]:
    names = [f"{c.layer} {c.name}" for c, is_compared in zip(CHANNELS, COMPARED, strict=True) if is_compared]
    return [
        (name, round(float(a), 3), round(float(b), 3))
        for name, a, b in zip(names, leader, follower, strict=True)
        if abs(a - b) > 1e-3
    ]


@pytest.mark.parametrize("kind", POSES)
def test_another_runtime_shows_the_same_motion(runtimes: tuple[Runtime, Runtime], kind: str) -> None:
    first, second = runtimes
    place = f"127.0.0.1:{second.osc if kind == 'osc' else second.vmc}"
    clips = ["--clips", "arkit"] if kind == "vmc arkit" else []
    process = start(
        "bridge",
        "forward",
        "--from",
        f"tcp://127.0.0.1:{first.publish}",
        "--to",
        kind.split()[0],
        place,
        *clips,
    )
    assert process.stdout is not None
    assert STARTED in process.stdout.readline()
    context = zmq.Context()
    try:
        sender = context.socket(zmq.PUSH)
        sender.setsockopt(zmq.LINGER, 0)
        sender.connect(f"tcp://127.0.0.1:{first.control}")
        for message in said(kind):
            sender.send(encode(message))
        with (
            MotionReader(f"tcp://127.0.0.1:{first.publish}") as leader,
            MotionReader(f"tcp://127.0.0.1:{second.publish}") as follower,
        ):
            shown: list[np.ndarray] = []

            def are_alike() -> bool:
                found = [reader.read(5.0) for reader in (leader, follower)]
                assert None not in found
                shown[:] = [np.array(motion.values)[COMPARED] for motion in found if motion is not None]
                return bool(np.allclose(shown[0][:3], POSES[kind], atol=1e-3)) and bool(
                    np.allclose(shown[0], shown[1], atol=1e-3)
                )

            assert until(are_alike), differing(*shown)
    finally:
        context.destroy(linger=0)
        last = interrupt(process)
    assert process.returncode == 0, last
    assert "frames sent" in last


def test_a_feedback_loop_ends_the_command(runtimes: tuple[Runtime, Runtime]) -> None:
    first, _ = runtimes
    process = start(
        "bridge", "forward",
        "--from", f"tcp://127.0.0.1:{first.publish}", "--to", "vmc", f"127.0.0.1:{first.vmc}",
    )  # fmt: skip
    text = process.communicate(timeout=PATIENCE_S)[0]
    assert process.returncode == 1
    assert "would follow itself" in text


@pytest.mark.parametrize(
    ("place", "host", "port"),
    [
        ("127.0.0.1:4000", "127.0.0.1", 4000),
        ("127.0.0.1", "127.0.0.1", 39539),
        ("[::1]:4000", "::1", 4000),
        ("[::1]", "::1", 39539),
        ("::1", "::1", 39539),
        ("localhost:4000", "127.0.0.1", 4000),
    ],
)
def test_a_destination_may_be_an_address_of_either_family(place: str, host: str, port: int) -> None:
    if host == "::1" and not has_ipv6():
        pytest.skip("this machine has no IPv6 loopback")
    options = argparse.Namespace(clips="both")
    with _destination("vmc", place, options) as destination:
        assert destination._socket.getpeername()[:2] == (host, port)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--to", "vmc", "127.0.0.1:99999"], "expected 1 to 65535"),
        (["--to", "unreal", "127.0.0.1"], "expected one of vmc, livelink, osc"),
        (["--to", "osc", "127.0.0.1", "--from", "here"], "is not an address to read from"),
    ],
)
def test_an_impossible_destination_is_an_error_in_one_line(arguments: list[str], complaint: str) -> None:
    process = start("bridge", "forward", *arguments)
    text = process.communicate(timeout=PATIENCE_S)[0]
    assert process.returncode == 1
    assert complaint in text
    assert len(text.splitlines()) == 1
