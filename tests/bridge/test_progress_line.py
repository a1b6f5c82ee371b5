from __future__ import annotations

import io

import pytest

from bridge.progress_line import ProgressLine


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("share", "line"),
    [
        (0.25, "[######                  ] text"),
        (-1.0, "[                        ] text"),
        (7.0, "[########################] text"),
        (None, "text"),
    ],
)
def test_draws_the_share_as_a_bar(share: float | None, line: str) -> None:
    stream = io.StringIO()
    ProgressLine(stream).draw(share, "text")
    assert stream.getvalue() == line + "\n"


def test_a_shorter_line_covers_a_longer_one() -> None:
    stream = Terminal()
    line = ProgressLine(stream)
    line.draw(None, "a long text")
    line.draw(None, "short")
    assert stream.getvalue() == "\ra long text\rshort      "


@pytest.mark.parametrize(("stream", "drawn"), [(Terminal(), [1, 2, 3]), (io.StringIO(), [])])
def test_calls_in_quick_succession_are_skipped(stream: io.StringIO, drawn: list[int]) -> None:
    now_s = [0.0]
    line = ProgressLine(stream, clock_s=lambda: now_s[0])
    for _ in range(7):
        now_s[0] += 0.05
        line(None, f"{now_s[0]:.2f}")
    times = stream.getvalue().replace("\r", " ").split()
    assert [round(float(time) / 0.1) for time in times] == drawn


def test_end_ends_an_open_line_once() -> None:
    stream = Terminal()
    line = ProgressLine(stream)
    line.end()
    line.draw(None, "x")
    line.end()
    line.end()
    assert stream.getvalue() == "\rx\n"
