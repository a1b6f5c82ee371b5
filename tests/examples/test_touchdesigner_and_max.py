"""The programs for TouchDesigner and Max, neither of which runs here.

TouchDesigner's script runs with python-osc in place of its OSC Out DAT. Max's patch is read, and the same boxes and lines
run in Pure Data, whose messages, metronome and expressions are Max's; only `udpsend` is a patch of its own there.
"""

from __future__ import annotations

import json
import math
import os
import runpy
import shutil
import socket
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pythonosc.osc_message_builder import OscMessageBuilder

from protocol.osc.command import PREFIX, read_osc_commands
from protocol.osc.control import read_osc_control
from protocol.osc.parse import parse_osc
from tests.waiting import until

EXAMPLES = Path(__file__).parents[2] / "examples"
PATCH = EXAMPLES / "max/drive.maxpat"
#: Max's object of this name for Pure Data: the message's name is an address, what follows are values.
UDPSEND = r"""#N canvas 0 0 400 400 10;
#X obj 0 0 inlet;
#X obj 0 0 t a a;
#X obj 0 0 list split 1;
#X obj 0 0 list prepend set;
#X obj 0 0 list trim;
#X obj 0 0 list split 1;
#X obj 0 0 oscformat;
#X obj 0 0 list prepend send;
#X obj 0 0 list trim;
#X obj 0 0 netsend -u -b;
#X obj 0 0 loadbang;
#X obj 0 0 list append \$1 \$2;
#X obj 0 0 list prepend connect;
#X obj 0 0 list trim;
#X connect 0 0 1 0;
#X connect 1 1 2 0;
#X connect 2 0 3 0;
#X connect 3 0 4 0;
#X connect 4 0 6 0;
#X connect 1 0 5 0;
#X connect 5 1 6 0;
#X connect 6 0 7 0;
#X connect 7 0 8 0;
#X connect 8 0 9 0;
#X connect 10 0 11 0;
#X connect 11 0 12 0;
#X connect 12 0 13 0;
#X connect 13 0 9 0;
"""


class Port:
    """A UDP port, and what came there as the runtime reads it."""

    def __init__(self, opened: socket.socket) -> None:
        opened.bind(("127.0.0.1", 0))
        opened.settimeout(60)
        self.number: int = opened.getsockname()[1]
        self._opened = opened

    def receive(self) -> tuple[Any, ...]:
        """One message: layer, values, weight and seconds; of a command its name and argument."""
        [parsed] = list(parse_osc(self._opened.recv(65536)))
        if parsed[0].startswith(PREFIX):
            [command], refused = read_osc_commands([parsed])
            assert not refused
            return command.name, command.argument
        [message], refusals = read_osc_control([parsed], "?")
        assert not refusals
        return message.layer, dict(message.values), message.weight, message.ttl_s


def test_touchdesigner_s_frames_and_its_command_reach_their_channels() -> None:
    clock = SimpleNamespace(seconds=0.0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        port = Port(opened)

        def send_osc(address: str, values: list[float | str]) -> None:
            message = OscMessageBuilder(address)
            for value in values:
                message.add_arg(value)
            opened.sendto(message.build().dgram, ("127.0.0.1", port.number))

        operators = {"oscout1": SimpleNamespace(sendOSC=send_osc)}
        script = runpy.run_path(
            str(EXAMPLES / "touchdesigner/drive.py"), {"op": operators.__getitem__, "absTime": clock}
        )
        for seconds in (0.0, 0.4, 7.0):
            clock.seconds = seconds
            script["onFrameStart"](1)
            smile = 0.5 + 0.5 * math.sin(seconds)
            for layer, channel, value in (
                ("pose", "pitch", 0.2 * math.sin(2 * seconds)),
                ("gaze", "yaw", 0.3 * math.sin(0.7 * seconds)),
                ("expression", "mouthSmileLeft", smile),
                ("expression", "mouthSmileRight", smile),
            ):
                assert port.receive() == (layer, {channel: pytest.approx(value, abs=1e-6)}, 1.0, 0.5)
        script["wear"]("noh")
        assert port.receive() == ("load_avatar", "noh")


def patch() -> tuple[dict[str, dict[str, Any]], list[tuple[str, int, str, int]]]:
    """The boxes of Max's patch by their ids, and its lines: from which box and outlet to which box and inlet."""
    found = json.loads(PATCH.read_text("utf-8"))["patcher"]
    boxes = [one["box"] for one in found["boxes"]]
    ends = [(one["patchline"]["source"], one["patchline"]["destination"]) for one in found["lines"]]
    return {box["id"]: box for box in boxes}, [(*source, *destination) for source, destination in ends]


def test_every_line_of_max_s_patch_has_two_ends_and_no_box_covers_another() -> None:
    boxes, lines = patch()
    for source, outlet, destination, inlet in lines:
        assert outlet < boxes[source]["numoutlets"]
        assert inlet < boxes[destination]["numinlets"]
    named = [end for line in lines for end in (line[0], line[2])]
    assert set(named) == {name for name, box in boxes.items() if box["maxclass"] != "comment"}
    places = [box["patching_rect"] for box in boxes.values()]
    for at, (x, y, width, height) in enumerate(places):
        for other_x, other_y, other_width, other_height in places[:at]:
            is_beside = x + width <= other_x or other_x + other_width <= x
            assert is_beside or y + height <= other_y or other_y + other_height <= y


def pure_data(port: int) -> str:
    """The same patch for Pure Data, which sends to a port; "BOX bang" clicks a message, BOX being its id."""
    boxes, lines = patch()
    made: list[str] = []
    joined: list[tuple[int, int, int, int]] = []
    number: dict[str, int] = {}
    for name, box in boxes.items():
        if box["maxclass"] == "comment":
            continue
        kind = "msg" if box["maxclass"] == "message" else "obj"
        text = box["text"].replace("$", "\\$").replace("9570", str(port))
        number[name] = len(made)
        made.append(f"#X {kind} 0 0 {text};")
        if kind == "msg":
            joined.append((len(made), 0, number[name], 0))
            made.append(f"#X obj 0 0 r {name};")
    joined += [(number[source], outlet, number[end], inlet) for source, outlet, end, inlet in lines]
    connections = [f"#X connect {' '.join(map(str, one))};" for one in joined]
    return "\n".join(["#N canvas 0 0 400 400 10;", *made, *connections])


def test_max_s_patch_nods_in_pure_data_and_its_buttons_send(tmp_path: Path) -> None:
    if shutil.which("pd") is None:
        pytest.skip("Pure Data is not installed: apt-get install puredata-core")
    boxes, _ = patch()
    buttons = [name for name, box in boxes.items() if box["text"].startswith(("/omote/emotion", "/omote/do"))]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        port = Port(opened)
        (tmp_path / "max.pd").write_text(pure_data(port.number), "utf-8")
        (tmp_path / "udpsend.pd").write_text(UDPSEND, "utf-8")
        options = ["-nogui", "-noaudio", "-nomidi", "-noprefs"]
        for name in buttons:
            options += ["-send", f"{name} bang"]
        program = subprocess.Popen(
            ["pd", *options, tmp_path / "max.pd"],
            stderr=subprocess.DEVNULL,
            env=os.environ | {"HOME": str(tmp_path)},
        )
        nods: list[float] = []
        others: list[object] = []
        try:

            def has_nodded() -> bool:
                layer, values, *rest = port.receive()
                if layer == "pose":
                    assert rest == [1.0, 0.5]
                    nods.append(values["pitch"])
                else:
                    others.append((layer, values, *rest))
                return min(nods, default=0.0) < -0.19

            assert until(has_nodded)
        finally:
            program.terminate()
            program.wait(60)
    assert others == [("emotion", {"happy": 1.0}, pytest.approx(0.7), 5.0), ("load_avatar", "noh")]
    expected = [0.2 * math.sin(0.1 * step) for step in range(len(nods))]
    assert nods == pytest.approx(expected, abs=1e-4)
