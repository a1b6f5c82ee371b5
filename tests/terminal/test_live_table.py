from __future__ import annotations

import io
import re

import pytest

from terminal.live_table import LiveTable, table


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal of 80 columns that can move its cursor."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    return Terminal()


def screen(text: str) -> list[str]:
    """Text on a terminal's screen after some output: newlines, returns, cursor up and erased lines are applied."""
    rows, row = [""], 0
    for piece in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\n|\r|[^\x1b\n\r]+", text):
        if piece == "\n":
            row += 1
            rows += [""] * (row == len(rows))
        elif piece == "\x1b[1A":
            row -= 1
        elif piece == "\x1b[2K":
            rows[row] = ""
        elif piece[0] not in "\x1b\r":
            rows[row] += piece
    return [text.rstrip() for text in rows if text.strip()]


def test_the_second_drawing_replaces_the_first(terminal: Terminal) -> None:
    with LiveTable(terminal) as live:
        live.show(table(("NAME", "FPS"), [("livelink", "60")], right=(1,)))
        live.show(table(("NAME", "FPS"), [("livelink", "9")], right=(1,)))
    assert screen(terminal.getvalue()) == ["NAME      FPS", "livelink    9"]


def test_lines_scroll_above_the_table(terminal: Terminal) -> None:
    with LiveTable(terminal) as live:
        live.say("one")
        live.show(table(("NAME",), [("livelink",)]))
        live.say("two [bold]")
    assert screen(terminal.getvalue()) == ["one", "two [bold]", "NAME", "livelink"]


def test_closing_twice_leaves_the_cursor_as_it_was(terminal: Terminal) -> None:
    live = LiveTable(terminal)
    live.show(table(("NAME",), []))
    live.close()
    live.close()
    assert terminal.getvalue().count("\x1b[?25l") == terminal.getvalue().count("\x1b[?25h") == 1


def test_a_long_name_is_wrapped_and_numbers_are_not() -> None:
    stream = io.StringIO()
    with LiveTable(stream) as live:
        live.show(table(("NAME", "FPS"), [("x" * 200, "60")], right=(1,)))
    head, *rows = (line.rstrip() for line in stream.getvalue().splitlines() if line.strip())
    assert head.endswith("FPS")
    assert [len(row) <= 80 for row in rows] == [True] * 3
    assert rows[0].endswith(" 60")
    assert "".join(rows).count("x") == 200
