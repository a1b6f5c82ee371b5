from __future__ import annotations

import io
import json
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from bridge.commands.display import JsonDisplay, LinesDisplay, TableDisplay, table_lines
from bridge.sending.sources import SourceReport

ANNA = SourceReport("livelink:Anna", "livelink", 59.6, ("pose", "gaze"), True, 2, 0.01)
BEN = SourceReport("vmc:192.0.2.1", "vmc", 0.0, (), False, 1, 7.25)


@pytest.fixture
def state() -> tuple[Any, Any]:
    """What a hub and its sources count."""
    router = SimpleNamespace(mixed_up=Counter({("vmc", "livelink"): 3}), passed_over=Counter())
    hub = SimpleNamespace(router=router, open_ports={"vmc": [39540]}, received=Counter({"vmc": 9}))
    key = ("vmc", "not OSC")
    sources = SimpleNamespace(refused=Counter({key: 4}), details={key: "5 bytes"}, is_taken=False)
    return hub, sources


def test_table_shows_who_drives_what_and_what_is_wrong(state: tuple[Any, Any]) -> None:
    lines = table_lines([BEN, ANNA], *state)
    assert lines[0].split()[:3] == ["SOURCE", "TRACKER", "FPS"]
    assert lines[1].split() == ["livelink:Anna", "livelink", "60", "pose", "gaze", "2", "now"]
    assert lines[2].split() == ["vmc:192.0.2.1", "vmc", "0", "lost", "1", "7.2", "s", "ago"]
    assert "livelink comes to the port of vmc" in lines[3]
    assert "not OSC x4, last: 5 bytes" in lines[4]
    assert "omote run" in lines[5]


def test_table_is_drawn_over_itself_below_what_is_said(state: tuple[Any, Any]) -> None:
    out = io.StringIO()
    display = TableDisplay(out)
    display.show([ANNA], *state)
    drawn = out.getvalue().count("\n")
    display.say("something happened")
    after = out.getvalue()[out.getvalue().index("\x1b") :]
    assert after.startswith(f"\x1b[{drawn}A\r\x1b[Jsomething happened\nSOURCE")


def test_lines_are_silent_when_nothing_comes_and_tell_what_is_new_otherwise(state: tuple[Any, Any]) -> None:
    out = io.StringIO()
    display = LinesDisplay(out)
    display.show([ANNA, BEN], *state)
    display.show([BEN], *state)
    assert out.getvalue() == "livelink:Anna 60 fps; refused vmc: not OSC x4 (5 bytes)\n"


def test_json_is_one_line_with_everything(state: tuple[Any, Any]) -> None:
    out, lines = io.StringIO(), io.StringIO()
    display = JsonDisplay(out, lines)
    display.say("hello")
    display.show([ANNA], *state)
    (line,) = out.getvalue().splitlines()
    shown = json.loads(line)
    assert shown["sources"][0]["layers"] == ["pose", "gaze"]
    assert shown["refused"] == [{"tracker": "vmc", "reason": "not OSC", "count": 4, "last": "5 bytes"}]
    assert shown["mixed_up"] == [{"port_of": "vmc", "sends": "livelink", "count": 3}]
    assert lines.getvalue() == "hello\n"
