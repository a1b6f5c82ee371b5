"""The examples that use omote.client, in processes of their own. Every message that they send is looked at."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import zmq
from PIL import Image

from omote.client import ControlClient
from omote.commands.keys import add_client
from protocol.codec import check_control, decode_command, decode_control, encode
from protocol.messages import Command, ControlMessage, Reply
from protocol.take import TakeReader
from tests.live_runtime import live_runtime, private_rings
from tests.whole_road import closings, rest

ROOT = Path(__file__).parents[2]
#: Runs an example as its user would, with the test's ports as the usual ones.
RUN = """
import runpy, sys
import protocol.messages as messages
messages.CONTROL_PORT, messages.REQUEST_PORT, messages.PUBLISH_PORT = map(int, sys.argv.pop(1).split(","))
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def run(name: str, ports: list[int], *arguments: object, text: bytes = b"") -> tuple[str, str]:
    """Output and errors of an example, which must succeed."""
    return run_file(ROOT / "examples/client" / name, ports, *arguments, text=text)


def run_file(path: Path, ports: list[int], *arguments: object, text: bytes = b"") -> tuple[str, str]:
    """The same of any program."""
    command = [sys.executable, "-c", RUN, ",".join(map(str, ports)), str(path)]
    done = subprocess.run(
        [*command, *map(str, arguments)],
        input=text,
        capture_output=True,
        timeout=300,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=path.parent,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode(), done.stderr.decode()


def sent(name: str, *arguments: object, text: bytes = b"") -> tuple[list[ControlMessage], str, str]:
    """All messages of an example, its output and its errors. No runtime: one would merge what comes between two frames."""
    messages: list[ControlMessage] = []
    with (
        zmq.Context() as context,
        context.socket(zmq.PULL) as control,
        context.socket(zmq.REP) as request,
        closings(control) as closed,
    ):
        ports = [one.bind_to_random_port("tcp://127.0.0.1") for one in (control, request)]
        ended = threading.Event()

        def take(data: bytes) -> None:
            message = decode_control(data)
            assert check_control(message).refusals == ()
            messages.append(message)

        def receive() -> None:
            while not ended.is_set():
                control.poll(20)
                while control.poll(0):
                    take(control.recv())
                if request.poll(0):
                    assert decode_command(request.recv()).name == "ping"
                    request.send(encode(Reply(ok=True)))

        thread = threading.Thread(target=receive)
        thread.start()
        try:
            out, errors = run(name, [*ports, 1], *arguments, text=text)
        finally:
            ended.set()
            thread.join()
        for data in rest(control, closed):
            take(data)
    return messages, out, errors


def test_a_voice_opens_the_mouth_then_rounds_it_then_shuts_it(tmp_path: Path) -> None:
    marks = [(0, "a"), (100, "u"), (200, "sil")]
    lines = [json.dumps({"time": at, "type": "viseme", "value": name}) for at, name in marks]
    lines.insert(1, json.dumps({"time": 50, "type": "word", "value": "aah"}))
    path = tmp_path / "visemes.jsonl"
    path.write_text("\n".join(lines))
    messages, _, errors = sent("voice.py", path)
    assert errors == ""
    assert {(m.layer, m.source, m.priority) for m in messages} == {("expression", "voice", 10)}
    opened = [m.values["jawOpen"] for m in messages]
    rounded = [m.values["mouthPucker"] for m in messages]
    assert (max(opened), max(rounded)) == (0.6, 0.7)
    assert opened.index(0.6) < rounded.index(0.7)
    assert set(messages[-1].values.values()) == {0.0}


def test_without_a_file_the_voice_says_hello() -> None:
    messages, _, errors = sent("voice.py")
    assert errors == ""
    assert {0.35, 0.4} <= {m.values["jawOpen"] for m in messages}  # e, o


@pytest.mark.parametrize("side", [1, -1])
def test_a_hit_throws_the_head_aside_and_it_swings_back(side: int) -> None:
    messages, _, errors = sent("hit_reaction.py", side)
    assert errors == ""
    assert {m.mode for m in messages} == {"add"}
    yaws = -side * np.array([m.values["yaw"] for m in messages if m.layer == "pose"])
    assert yaws.max() > 0.15  # away from the hit
    assert yaws[yaws.argmax() :].min() < -0.02  # past the middle
    assert abs(yaws[-1]) < 0.02
    squeezed = [m.values["eyeBlinkLeft"] for m in messages if m.layer == "expression"]
    assert (squeezed[0], squeezed[-1]) == (1.0, 0.0)


def test_the_eyes_and_the_head_together_look_at_the_target() -> None:
    messages, _, errors = sent("look_at.py", 2.0)
    assert errors == ""
    heads = [m.values["yaw"] for m in messages if m.layer == "pose"]
    eyes = [m.values["yaw"] for m in messages if m.layer == "gaze"]
    looks = np.add(heads, eyes)
    expected = np.arctan2(np.sin(np.arange(120) / 60), 1.5)  # the target goes round
    assert np.abs(looks - expected).max() < 1e-6
    assert 0.2 < max(heads) < 0.6 * max(looks)


def test_a_chat_s_tags_become_moods_that_fade_and_unknown_ones_are_said() -> None:
    text = b"[happy] Welcome!\n[grumpy] Hm.\n[sad 0.4] I have to go.\n"
    messages, said, errors = sent("emotions_of_a_chat.py", 0.1, text=text)
    assert said.splitlines() == ["Welcome!", "Hm.", "I have to go."]
    assert "emotion has no channel 'grumpy'" in errors
    assert "Traceback" not in errors
    fade = [1.0, 0.8, 0.6, 0.4, 0.2]
    assert [(m.values, m.weight) for m in messages] == [
        (mood, weight) for mood in ({"happy": 1.0}, {"sad": 0.4}) for weight in fade
    ]


def test_midi_bytes_move_channels_and_running_status_is_understood() -> None:
    # jawOpen to 127, then 64 without a status byte and with a clock byte within; mouthPucker; a pad struck and let go
    data = bytes([0xB0, 1, 127, 1, 0xF8, 64, 6, 127, 0x99, 38, 127, 0x89, 38, 0, 0xB0, 99, 5])
    messages, _, errors = sent("midi_bytes.py", "-", text=data)
    assert errors == ""
    assert [m.values for m in messages] == [
        {"jawOpen": 1.0}, {"jawOpen": 64 / 127}, {"mouthPucker": 1.0}, {"angry": 1.0}, {"angry": 0.0},
    ]  # fmt: skip


def test_a_frame_is_saved_with_its_alpha(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private_rings(tmp_path, monkeypatch)
    with live_runtime(tmp_path, publish=("shm", "zeromq")) as live:
        ports = [live.ports[name] for name in ("control", "request", "publish")]
        said, errors = run("save_frame.py", ports, tmp_path / "face.png")
    assert errors == ""
    assert said.startswith("256 x 256, yaw ")
    picture = np.asarray(Image.open(tmp_path / "face.png"))
    assert picture.shape == (256, 256, 4)
    assert picture.std() > 0


def blocks() -> list[str]:
    """The programs that docs/client.md shows."""
    return re.findall(
        r"^```python\n(.*?)^```", (ROOT / "docs/client.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )


def test_the_page_s_programs_run_as_they_are_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, layers, elsewhere, asynchronous = blocks()
    private_rings(tmp_path, monkeypatch)
    programs = tmp_path / "programs"
    programs.mkdir()
    add_client(tmp_path / "keys", "laptop", programs / "laptop.omote-key")
    said = {}
    with live_runtime(tmp_path, publish=("shm", "zeromq")) as live:
        ports = [live.ports[name] for name in ("control", "request", "publish")]
        with ControlClient(request_port=live.ports["request"], timeout_s=60) as client:
            assert client.request(Command(name="record_start", argument="page")).ok
            for name, text in (("first", first), ("layers", layers), ("asynchronous", asynchronous)):
                (programs / f"{name}.py").write_text(text, "utf-8")
                said[name], errors = run_file(programs / f"{name}.py", ports)
                assert errors == ""
            (programs / "elsewhere.py").write_text(elsewhere, "utf-8")
            assert run_file(programs / "elsewhere.py", ports) == ("", "")  # nobody is at that address
            assert client.request(Command(name="record_stop")).ok
    assert re.fullmatch(r"\(256, 256, 4\) \d+\n", said["first"])
    assert said["layers"] == ""
    assert re.fullmatch(r"\d+\.\d+\n\d+\n", said["asynchronous"])
    with TakeReader(tmp_path / "takes/page.mcap") as take:
        driven = [message for _, message in take]
    assert [(m.source, m.layer, m.mode, m.weight, m.priority, m.ttl_s, m.values) for m in driven] == [
        ("my program", "emotion", "set", 0.7, 0, 1.0, {"happy": 1.0}),
        ("my program", "pose", "set", 1.0, 0, 1.0, {"yaw": 0.3, "pitch": 0.1}),
        ("game voice", "expression", "set", 1.0, 10, 0.2, {"jawOpen": 0.4}),
        ("game", "pose", "add", 1.0, 0, 1.0, {"pitch": -0.1}),
        ("asynchronous.py", "emotion", "set", 1.0, 0, 1.0, {"happy": 1.0}),
    ]
