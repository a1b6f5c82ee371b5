from __future__ import annotations

import io

from omote.step_progress import StepProgress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_one_line_that_is_drawn_over() -> None:
    stream = Terminal()
    steps = StepProgress(2, stream=stream)
    steps("a long first step")
    steps("next")
    steps.finish()
    lines = stream.getvalue().split("\r")
    assert stream.getvalue().count("\n") == 1
    assert "[                        ] a long first step" in lines[1]
    assert lines[2].startswith("[############            ] next")
    assert len(lines[2]) >= len(lines[1])  # nothing of the longer line is left
    assert lines[3].startswith("[########################] done")


def test_a_log_gets_a_line_a_step() -> None:
    stream = io.StringIO()
    steps = StepProgress(3, stream=stream)
    for what in ("one", "two", "three", "one too many"):
        steps(what)
    steps.finish()
    assert [line.split("] ")[1] for line in stream.getvalue().splitlines()] == [
        "one",
        "two",
        "three",
        "one too many",
    ]
    assert "\r" not in stream.getvalue()


def test_end_ends_the_line_once() -> None:
    stream = Terminal()
    steps = StepProgress(2, stream=stream)
    steps.end()
    steps("one")
    steps.end()
    steps.end()
    assert stream.getvalue().count("\n") == 1
