from __future__ import annotations

import io
import json
import sys
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from bridge.commands.display import JsonDisplay, LinesDisplay, TableDisplay, notes, source_rows
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


def test_the_table_shows_live_sources_first() -> None:
    rows = source_rows([BEN, ANNA])
    assert rows[0] == ("livelink:Anna", "livelink", "60", "pose gaze", "2", "now")
    assert rows[1] == ("vmc:192.0.2.1", "vmc", "0", "lost", "1", "7.2 s ago")


def test_notes_say_what_is_wrong_and_what_to_do(state: tuple[Any, Any]) -> None:
    mixed, refused, next_step = notes([ANNA], *state)
    assert "livelink comes to the port of vmc" in mixed
    assert "not OSC x4, last: 5 bytes" in refused
    assert "omote run" in next_step


def test_a_terminal_shows_event_lines_above_the_table(
    state: tuple[Any, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    display = TableDisplay(sys.stdout)
    display.show([ANNA], *state)
    display.say("something happened [red]")
    display.close()
    said = capsys.readouterr().out
    assert "livelink:Anna" in said
    assert "something happened [red]" in said  # shown as it is: names are no markup


def test_lines_are_printed_only_when_datagrams_arrive(state: tuple[Any, Any]) -> None:
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
