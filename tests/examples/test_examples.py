"""The examples in processes of their own, with a real Receiver and real publishers."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from runtime.frames.frame import Frame
from runtime.intake.inbox import Inbox, Received
from runtime.intake.receiver import Receiver, ReceiverPorts
from runtime.publishers.shared_memory import SharedMemoryPublisher
from runtime.publishers.zeromq import ZeroMqPublisher
from tests.waiting import until

EXAMPLES = Path(__file__).parents[2] / "examples"


def started(name: str, *arguments: object) -> subprocess.Popen[str]:
    # -I removes the checkout from the import path: the examples must not need Omote's code
    command = [sys.executable, "-I", str(EXAMPLES / name), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def received_from(
    name: str, port: str, is_all: Callable[[list[Received]], bool]
) -> tuple[list[Received], dict[str, int]]:
    """What came of an example, once that is all that is wanted and the example has ended."""
    inbox = Inbox()
    taken: list[Received] = []
    with Receiver(inbox, ReceiverPorts(control=0, request=None, osc=0, vmc=None)) as receiver:
        process = started(name, getattr(receiver.ports, port), 0.3)

        def came() -> bool:
            inbox.wait(0.02)
            taken.extend(inbox.take())
            return process.poll() is not None and is_all(taken)

        until(came)
        out, errors = process.communicate()
        assert (process.returncode, out, errors) == (0, "", "")
    return taken, inbox.dropped()


def test_drive_nods_with_plain_msgpack() -> None:
    taken, dropped = received_from(
        "drive.py", "control", lambda found: any(one.message.values["pitch"] > 0.1 for one in found)
    )
    assert dropped == {}
    assert {received.message.source for received in taken} == {"drive.py"}
    pitches = [received.message.values["pitch"] for received in taken]
    assert max(pitches) > 0.1


def test_drive_osc_moves_three_layers() -> None:
    taken, dropped = received_from(
        "drive_osc.py", "osc", lambda found: len({one.message.layer for one in found}) == 3
    )
    assert dropped == {}
    values = {received.message.layer: received.message.values for received in taken}
    assert values.keys() == {"expression", "gaze", "emotion"}
    assert set(values["expression"]) <= {"mouthSmileLeft", "mouthSmileRight"}
    assert {r.message.weight for r in taken if r.message.layer == "emotion"} == {np.float32(0.7)}


def test_read_frames_sees_size_and_colour() -> None:
    publisher = ZeroMqPublisher(port=0)
    process = started("read_frames.py", publisher.port, 3)
    pixels = np.empty((6, 8, 4), np.uint8)
    pixels[:] = (10, 20, 30, 255)
    ends_s = time.monotonic() + 60
    frame_id = 0
    while process.poll() is None and time.monotonic() < ends_s:
        frame_id += 1
        publisher.publish(Frame(pixels, frame_id=frame_id))
        time.sleep(0.01)
    out, errors = process.communicate(timeout=60)
    publisher.close()
    assert errors == ""
    assert len(out.splitlines()) == 3
    assert all("8 x 6, mean colour [ 10.  20.  30. 255.]" in line for line in out.splitlines())


def test_read_shared_memory_follows_another_size_and_a_restart(tmp_path: Path) -> None:
    folder = tmp_path / "rings"
    publisher = SharedMemoryPublisher("face", folder=folder)
    process = started("read_shared_memory.py", 200, "face", folder)
    pixels = np.empty((9, 9, 4), np.uint8)
    pixels[:] = (10, 20, 30, 255)
    lines: list[str] = []
    assert process.stdout is not None
    reading = threading.Thread(target=lines.extend, args=(process.stdout,))
    reading.start()
    ends_s = time.monotonic() + 60
    frame_id, is_first = 0, True
    while process.poll() is None and time.monotonic() < ends_s:
        frame_id += 1
        if len(lines) >= 150 and is_first:
            publisher.close()
            publisher, is_first = SharedMemoryPublisher("face", folder=folder), False
        publisher.publish(Frame(pixels[: 6 if len(lines) < 75 else 9, :8].copy(), frame_id=frame_id))
        time.sleep(0.005)
    process.kill()
    reading.join()
    assert process.stderr is not None
    errors = process.stderr.read()
    process.wait()
    process.stdout.close()
    process.stderr.close()
    publisher.close()
    assert errors == ""
    assert not is_first
    seen = [line for line in lines if "mean colour [ 10.  20.  30. 255.]" in line]
    assert len(seen) == 200
    assert "8 x 6" in seen[0]
    assert "8 x 9" in seen[-1]
