from __future__ import annotations

import io

import pytest

from bridge.progress_bar import ProgressBar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_text_says_how_many_how_fast_and_how_long() -> None:
    bar = ProgressBar(400, "frames", stream=io.StringIO())
    assert bar.share(100) == 0.25
    assert bar.text(100, 4.0) == "100/400 frames, 25.0 fps, 0:12 to go"
    assert bar.share(401) == 1.0  # a clip may hold more frames than its header says
    assert "0:00 to go" in bar.text(401, 4.0)


def test_an_unknown_total_has_no_bar_and_no_time_left() -> None:
    bar = ProgressBar(0, "frames", stream=io.StringIO())
    assert bar.share(50) is None
    assert bar.text(50, 2.0) == "50 frames, 25.0 fps"


@pytest.mark.parametrize(("stream", "most"), [(Terminal(), 12), (io.StringIO(), 1)])
def test_draws_often_on_a_terminal_and_seldom_in_a_log(stream: io.StringIO, most: int) -> None:
    now = [0.0]
    bar = ProgressBar(100, "frames", stream=stream, clock_s=lambda: now[0])
    for done in range(100):
        now[0] += 0.01
        bar(done)
    bar.finish(100)
    text = stream.getvalue()
    assert text.count("frames") <= most
    assert text.endswith("\n") or not text
