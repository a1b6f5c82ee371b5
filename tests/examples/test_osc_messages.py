"""What docs/connect.md lets TouchDesigner and Max send: bytes after OSC 1.0, as python-osc writes them, as we read them.

Neither program runs here. A number with a point is a float and one without is an integer, in Max's messages and in
python-osc; TouchDesigner's channels are floats, which it may send as one bundle.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from protocol.osc.command import read_osc_commands
from protocol.osc.control import read_osc_control
from protocol.osc.parse import parse_osc

PAGE = Path(__file__).parents[2] / "docs" / "connect.md"

#: As the page writes it -> its bytes: the address and the types padded to 4, numbers of 4 bytes with the largest first.
YAW = b"/omote/pose/yaw\0,f\0\0\x3e\x99\x99\x9a"
HELD = b"/omote/pose/yaw\0,ffi\0\0\0\0\x3e\x99\x99\x9a\x3f\x80\x00\x00\x00\x00\x00\x0a"
JAW = b"/omote/expression/jawOpen\0\0\0,f\0\0\x3f\x00\x00\x00"
WEAR = b"/omote/do/load_avatar\0\0\0,s\0\0noh\0"
WRITTEN: dict[str, tuple[str, list[float | int | str], bytes]] = {
    "/omote/pose/yaw 0.3": ("/omote/pose/yaw", [0.3], YAW),
    "/omote/pose/yaw 0.3 1.0 10": ("/omote/pose/yaw", [0.3, 1.0, 10], HELD),
    "omote/expression/jawOpen": ("/omote/expression/jawOpen", [0.5], JAW),
    "op('oscout1').sendOSC('/omote/do/load_avatar', ['noh'])": ("/omote/do/load_avatar", ["noh"], WEAR),
}


def built(address: str, values: list[float | int | str]) -> OscMessage:
    builder = OscMessageBuilder(address)
    for value in values:
        builder.add_arg(value)
    return builder.build()


@pytest.mark.parametrize("text", WRITTEN)
def test_the_page_names_it_and_python_osc_writes_the_same_bytes(text: str) -> None:
    address, values, wanted = WRITTEN[text]
    assert text in PAGE.read_text("utf-8")
    assert built(address, values).dgram == wanted


def test_every_message_of_the_page_is_tested() -> None:
    section = PAGE.read_text("utf-8").partition("### TouchDesigner and Max")[2].partition("\n## ")[0]
    named = set(re.findall(r"/?omote/[\w/]+", section))
    tested = {address for address, _, _ in WRITTEN.values()}
    assert {"/" + one.lstrip("/") for one in named} == tested


def test_values_reach_their_channels_with_weight_and_time() -> None:
    [message], refused = read_osc_control(parse_osc(HELD), "max")
    assert (message.layer, dict(message.values)) == ("pose", {"yaw": pytest.approx(0.3)})
    assert (message.weight, message.ttl_s) == (1.0, 10.0)
    assert not refused


def test_a_whole_number_without_a_point_is_a_value_too() -> None:
    data = b"/omote/pose/yaw\0,i\0\0\x00\x00\x00\x01"
    assert built("/omote/pose/yaw", [1]).dgram == data
    [message], _ = read_osc_control(parse_osc(data), "max")
    assert dict(message.values) == {"yaw": 1.0}


def test_channels_in_one_bundle_are_read_together() -> None:
    bundle = OscBundleBuilder(IMMEDIATELY)
    bundle.add_content(built("/omote/pose/yaw", [0.3]))
    bundle.add_content(built("/omote/expression/jawOpen", [0.5]))
    wanted = b"#bundle\0" + (1).to_bytes(8, "big")  # OSC 1.0: this time tag means at once
    wanted += len(YAW).to_bytes(4, "big") + YAW + len(JAW).to_bytes(4, "big") + JAW
    assert bundle.build().dgram == wanted
    messages, refused = read_osc_control(parse_osc(wanted), "touchdesigner")
    assert {message.layer: dict(message.values) for message in messages} == {
        "pose": {"yaw": pytest.approx(0.3)},
        "expression": {"jawOpen": 0.5},
    }
    assert not refused


def test_a_command_is_read_with_its_name() -> None:
    [command], refused = read_osc_commands(parse_osc(WEAR))
    assert (command.name, command.argument) == ("load_avatar", "noh")
    assert not refused
