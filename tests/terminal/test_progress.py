from __future__ import annotations

import io
import re

import pytest

from terminal.progress import Steps, progress_bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bars are drawn without the initial delay."""
    monkeypatch.setattr("terminal.progress._DELAY_S", 0.0)


@pytest.mark.usefixtures("at_once")
def test_the_last_state_stays_on_a_terminal() -> None:
    stream = Terminal()
    with progress_bar(400, "frames", stream=stream) as bar:
        bar(100)
        bar(400, "3 without a face")
    last = stream.getvalue().rsplit("\r", 1)[1]
    assert re.search(r"400/400 .* frames/s, 3 without a face\]\n$", last)


@pytest.mark.usefixtures("at_once")
def test_a_log_gets_whole_lines() -> None:
    stream = io.StringIO()
    with progress_bar(0, "frames", stream=stream) as bar:
        for done in range(1000):
            bar(done)
    assert "\r" not in stream.getvalue()
    assert len(stream.getvalue().splitlines()) == 2  # the first and the last state
    assert stream.getvalue().splitlines()[-1].startswith("999 frames")


def test_short_work_shows_nothing() -> None:
    stream = Terminal()
    with progress_bar(3, "frames", stream=stream) as bar:
        bar(3)
    assert stream.getvalue() == ""


def test_steps_are_redrawn_in_place_on_a_terminal() -> None:
    stream = Terminal()
    steps = Steps(2, stream=stream)
    steps("a long first step")
    steps("next")
    steps.finish()
    assert stream.getvalue().count("\n") == 1
    assert re.search(r"\r  0%\|.*a long first step", stream.getvalue())
    assert re.search(r"\r 50%\|.*next", stream.getvalue())
    assert re.search(r"\r100%\|.*done\n$", stream.getvalue())


def test_steps_are_lines_in_a_log() -> None:
    stream = io.StringIO()
    steps = Steps(3, stream=stream)
    for what in ("one", "two", "three", "one too many"):
        steps(what)
    steps.close()
    assert [line.rsplit("| ")[-1] for line in stream.getvalue().splitlines()] == [
        "one",
        "two",
        "three",
        "one too many",
    ]


def test_closing_steps_ends_the_line_once() -> None:
    stream = Terminal()
    steps = Steps(2, stream=stream)
    steps.close()
    steps("one")
    steps.close()
    steps.close()
    assert stream.getvalue().count("\n") == 1
