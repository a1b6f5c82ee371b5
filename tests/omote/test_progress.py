from __future__ import annotations

import io

import pytest

from omote.progress import ProgressBar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_line_says_how_many_how_fast_and_how_long() -> None:
    bar = ProgressBar(400, "frames", stream=io.StringIO())
    assert bar.line(100, 4.0) == "[######                  ] 100/400 frames, 25.0 fps, 0:12 to go"
    assert ProgressBar(0, "frames", stream=io.StringIO()).line(50, 2.0) == "50 frames, 25.0 fps"
    assert "0:00 to go" in bar.line(401, 4.0)  # a clip may hold more than it claims


@pytest.mark.parametrize(("stream", "most"), [(Terminal(), 12), (io.StringIO(), 1)])
def test_it_draws_often_on_a_terminal_and_seldom_elsewhere(stream: io.StringIO, most: int) -> None:
    now = [0.0]
    bar = ProgressBar(100, "frames", stream=stream, clock=lambda: now[0])
    for done in range(100):
        now[0] += 0.01
        bar(done)
    bar.finish(100)
    text = stream.getvalue()
    assert text.count("frames") <= most
    assert text.endswith("\n") or not text
