"""The examples that use omote.client, in processes of their own, with a real runtime."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from omote.client import ComposedMotion, Omote
from omote.client.runtime_address import RuntimeAddress
from tests.live_runtime import LiveRuntime, live_runtime, private_rings
from tests.waiting import until

ROOT = Path(__file__).parents[2]
#: Runs an example as its user would, with the test's ports as the usual ones.
RUN = """
import runpy, sys
import protocol.messages as messages
messages.CONTROL_PORT, messages.REQUEST_PORT, messages.PUBLISH_PORT = map(int, sys.argv.pop(1).split(","))
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


class Watched:
    """A real runtime, and all motion that it composes while an example runs."""

    def __init__(self, live: LiveRuntime) -> None:
        self.ports = live.ports
        self.address = RuntimeAddress(
            control_port=live.ports["control"],
            request_port=live.ports["request"],
            publish_port=live.ports["publish"],
        )

    def run(self, name: str, *arguments: object, text: bytes = b"") -> tuple[list[ComposedMotion], str, str]:
        """Motions, output and errors of an example."""
        motions: list[ComposedMotion] = []
        moved = threading.Event()

        def watch(face: Omote) -> None:
            for motion in face.motion():
                motions.append(motion)
                moved.set()

        with Omote(address=self.address, timeout_s=60) as face:
            thread = threading.Thread(target=watch, args=(face,))
            thread.start()
            assert moved.wait(60)
            ports = f"{self.ports['control']},{self.ports['request']},{self.ports['publish']}"
            command = [sys.executable, "-c", RUN, ports, str(ROOT / "examples/client" / name)]
            done = subprocess.run(
                [*command, *map(str, arguments)],
                input=text,
                capture_output=True,
                timeout=300,
                check=False,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
            )
        thread.join(60)
        assert done.returncode == 0, done.stderr.decode()
        return motions, done.stdout.decode(), done.stderr.decode()


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("live")
    with pytest.MonkeyPatch.context() as patch:
        private_rings(folder, patch)
        with live_runtime(folder, publish=("shm", "zeromq")) as live:
            yield Watched(live)


def test_a_voice_opens_the_mouth_rounds_it_and_closes_it(watched: Watched, tmp_path: Path) -> None:
    marks = [(0, "a"), (300, "u"), (600, "sil")]
    lines = [json.dumps({"time": at, "type": "viseme", "value": name}) for at, name in marks]
    lines.insert(1, json.dumps({"time": 100, "type": "word", "value": "aah"}))
    path = tmp_path / "visemes.jsonl"
    path.write_text("\n".join(lines))
    motions, _, errors = watched.run("voice.py", path)
    assert errors == ""
    opened = max(range(len(motions)), key=lambda i: motions[i].expression["jawOpen"])
    rounded = max(range(len(motions)), key=lambda i: motions[i].expression["mouthPucker"])
    assert motions[opened].expression["jawOpen"] > 0.3
    assert motions[rounded].expression["mouthPucker"] > 0.3
    assert opened < rounded
    assert watched.run("voice.py")[2] == ""  # its own visemes


def test_a_hit_throws_the_head_to_the_side_and_back(watched: Watched) -> None:
    motions, _, errors = watched.run("hit_reaction.py", -1)
    assert errors == ""
    yaws = np.array([motion.pose["yaw"] for motion in motions])
    assert yaws.max() > 0.1  # from the right: the face turns to its left
    assert yaws[yaws.argmax() :].min() < 0.02
    assert max(motion.expression["eyeBlinkLeft"] for motion in motions) > 0.5


def test_the_eyes_and_the_head_together_look_at_the_target(watched: Watched) -> None:
    motions, _, errors = watched.run("look_at.py", 2.0)
    assert errors == ""
    looks = max(motion.pose["yaw"] + motion.gaze["yaw"] for motion in motions)
    assert abs(looks - np.arctan2(1.0, 1.5)) < 0.1  # the farthest that the target goes to the left
    assert max(motion.pose["yaw"] for motion in motions) > 0.15


def test_a_chat_s_tags_become_moods_and_unknown_ones_are_said(watched: Watched) -> None:
    text = b"[happy] Welcome!\n[grumpy] Hm.\n[sad 0.4] I have to go.\n"
    motions, said, errors = watched.run("emotions_of_a_chat.py", 0.4, text=text)
    assert said.splitlines() == ["Welcome!", "Hm.", "I have to go."]
    assert "emotion has no channel 'grumpy'" in errors
    assert "Traceback" not in errors
    assert max(motion.emotion["happy"] for motion in motions) > 0.5
    assert 0.1 < max(motion.emotion["sad"] for motion in motions) < 0.45


def test_midi_bytes_move_channels_and_running_status_is_understood(watched: Watched) -> None:
    # jawOpen to 127, 64; a clock byte in between; mouthPucker; then a pad
    data = bytes([0xB0, 1, 127, 1, 0xF8, 64, 6, 127, 0x99, 38, 127])
    _, _, errors = watched.run("midi_bytes.py", "-", text=data)
    assert errors == ""
    with Omote(address=watched.address, source="midi bytes", timeout_s=60) as face:
        motions = face.motion(timeout_s=60)
        assert until(lambda: next(motions).emotion["angry"] > 0.9)
        owned = {channel for driver in face.status().drivers for channel in driver.owned}
        assert owned == {"jawOpen", "mouthPucker", "angry"}
        face.emotion(angry=0)  # an emotion of full weight takes the mouth's corners and brows, not the jaw
        assert until(lambda: abs(next(motions).expression["jawOpen"] - 64 / 127) < 0.05)
        face.release()


def test_a_frame_is_saved_with_its_alpha(watched: Watched, tmp_path: Path) -> None:
    _, said, errors = watched.run("save_frame.py", tmp_path / "face.png")
    assert errors == ""
    assert said.startswith("256 x 256, yaw ")
    picture = np.asarray(Image.open(tmp_path / "face.png"))
    assert picture.shape == (256, 256, 4)
    assert picture.std() > 0
