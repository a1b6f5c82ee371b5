"""A calibration: a real process that says how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime.trackers.calibration import Calibration
from tests.waiting import until

Start = Callable[[str], Calibration]


@pytest.fixture
def ended() -> list[str]:
    return []


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: list[str]) -> Iterator[Start]:
    """start(code) -> a calibration by this code, as a module of its own."""
    opened: list[Calibration] = []
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def started(code: str) -> Calibration:
        (tmp_path / "a_calibration.py").write_text(f"import sys, time\n{code}")
        opened.append(Calibration("webcam", ("a_calibration",), on_end=lambda: ended.append("ended")))
        return opened[-1]

    yield started
    for calibration in opened:
        calibration.close()
        calibration.close()


def test_it_tells_its_newest_progress_and_then_its_result(start: Start, ended: list[str]) -> None:
    calibration = start(
        """print('{"state":"waiting"}\\n{"state":"ready","number":1,"of":14}\\nnoise\\n[]\\n\\xff', flush=True)
print("warming up", file=sys.stderr, flush=True)
print('{"state":"done","changes":["Smile: 2.0 times as strong"]}', flush=True)"""
    )
    until(lambda: ended == ["ended"])
    state = calibration.state()
    assert (state.kind, state.state, state.line) == ("webcam", "done", "")
    assert state.progress is not None
    assert state.progress.changes == ["Smile: 2.0 times as strong"]
    calibration.close()  # a result is a result
    assert calibration.state().state == "done"


def test_while_it_runs_it_has_no_result(start: Start, ended: list[str]) -> None:
    calibration = start("""print('{"state":"hold","ask":"Smile"}\\n{broken', flush=True); time.sleep(3600)""")
    until(lambda: calibration.state().progress)
    assert calibration.state().state == "running"
    assert ended == []
    calibration.close()
    until(lambda: ended == ["ended"])
    assert calibration.state().state == "cancelled"


@pytest.mark.parametrize(
    ("code", "line"),
    [("sys.exit('no face was seen')", "no face was seen"), ("pass", "the program ended without a word")],
)
def test_one_that_ends_without_a_result_has_failed(
    start: Start, ended: list[str], code: str, line: str
) -> None:
    calibration = start(code)
    until(lambda: ended == ["ended"])
    assert (calibration.state().state, calibration.state().line) == ("failed", line)
