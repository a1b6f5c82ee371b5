"""`video` as a user runs it: a process of its own, with a real socket in the runtime's place."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import zmq

from protocol.codec import check_control, decode_control
from protocol.messages import ControlMessage
from tests.bridge.bridge_process import run, start


def messages_until_it_ends(
    socket: zmq.Socket[bytes], process: subprocess.Popen[str]
) -> Iterator[ControlMessage]:
    """The messages of a process that waits at its end until its messages are taken."""
    while True:
        is_over = process.poll() is not None
        if socket.poll(500):
            yield decode_control(socket.recv())
        elif is_over:
            return


def test_clip_drives_a_runtime_from_start_to_finish(
    shared: Path, receiver: tuple[zmq.Socket[bytes], str]
) -> None:
    pytest.importorskip("mediapipe")
    socket, address = receiver
    clip, model = shared / "media" / "driving" / "d0.mp4", shared / "models" / "face_landmarker.task"
    process = start("video", str(clip), "--to", address, "--source", "cam", "--face-landmarker", str(model))
    count: Counter[str] = Counter()
    newest: dict[str, tuple[int, int]] = {}
    smiles = []
    for message in messages_until_it_ends(socket, process):
        assert check_control(message) == (message, ())
        assert message.source == "cam"
        assert message.ttl_s <= 0.5
        stamp = (message.sequence, message.capture_time_ns)
        assert stamp > newest.get(message.layer, (0, 0))
        newest[message.layer] = stamp
        count[message.layer] += 1
        if message.layer == "expression":
            smiles.append(message.values["mouthSmileLeft"])
    err = process.communicate(timeout=60)[1]
    assert process.returncode == 0, err
    # The clip has 78 frames; a busy machine passes some over, but all layers alike.
    assert set(count.values()) == {count["pose"]}
    tracked = re.match(r"(\d+) pictures tracked", err.splitlines()[-1])
    assert tracked is not None, err
    assert 1 < count["pose"] <= int(tracked[1]) <= 78
    assert set(count) == {"pose", "expression", "gaze"}
    assert smiles[0] < 0.2
    assert max(smiles) > 0.8  # the man in the clip begins neutral and smiles
    assert "fps tracked" in err


def test_grin_is_sent_as_an_emotion(shared: Path, receiver: tuple[zmq.Socket[bytes], str]) -> None:
    pytest.importorskip("mediapipe")
    socket, address = receiver
    clip, model = shared / "media" / "driving" / "d0.mp4", shared / "models" / "face_landmarker.task"
    arguments = ["--emotion", "--preview-port", "0", "--layers", "pose", "--face-landmarker", str(model)]
    process = start("video", str(clip), "--to", address, *arguments)
    weights: list[float] = []
    layers = set()
    for message in messages_until_it_ends(socket, process):
        assert check_control(message) == (message, ())
        layers.add(message.layer)
        if message.layer == "emotion":
            assert message.values == {"happy": 1.0}
            weights.append(message.weight)
    err = process.communicate(timeout=60)[1]
    assert process.returncode == 0, err
    assert layers == {"pose", "emotion"}
    assert max(weights) > 0.6
    assert "preview at http://127.0.0.1:" in err


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_stops_cleanly_when_asked(shared: Path, kind: signal.Signals) -> None:
    pytest.importorskip("mediapipe")
    clip, model = shared / "media" / "driving" / "d0.mp4", shared / "models" / "face_landmarker.task"
    process = start(
        "video", str(clip), "--loop", "--to", "tcp://127.0.0.1:9", "--face-landmarker", str(model)
    )
    assert process.stderr is not None
    first = process.stderr.readline()
    assert first.startswith("tracking video"), first
    killer = threading.Timer(30.0, process.kill)  # only so that a failure cannot hang the suite
    killer.start()
    process.send_signal(kind)
    err = process.communicate()[1]
    killer.cancel()
    assert process.returncode == 0, err
    assert "Traceback" not in err
    assert "pictures tracked" in err


@pytest.mark.parametrize(
    ("content", "said"), [(None, "there is no file"), (b"", "0 bytes"), (b"no video", "cannot be read")]
)
def test_unusable_video_is_an_error_in_one_line(tmp_path: Path, content: bytes | None, said: str) -> None:
    pytest.importorskip("cv2")
    clip = tmp_path / "clip.mp4"
    if content is not None:
        clip.write_bytes(content)
    code, text = run("video", str(clip))
    assert code == 1
    assert text.startswith("omote-bridge: ")
    assert said in text
    assert len(text.splitlines()) == 1
