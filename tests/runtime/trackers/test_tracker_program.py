"""Tracker programs: real processes that talk, end, hang and are left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from runtime.trackers.tracker_program import MAX_LINE, TrackerProgram
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[3]
Start = Callable[[str], TrackerProgram]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """start(code) -> a tracker of this code, as a module of its own."""
    opened: list[TrackerProgram] = []
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def started(code: str) -> TrackerProgram:
        (tmp_path / "a_tracker.py").write_text(f"import os, signal, sys, time\n{code}")
        opened.append(TrackerProgram(("a_tracker", "--device", "0")))
        return opened[-1]

    yield started
    for program in opened:
        program.close()
        program.close()
        until(lambda program=program: not psutil.pid_exists(program.pid))  # type: ignore[misc]


def test_what_it_says_is_kept_in_part(start: Start) -> None:
    program = start(
        "print(sys.argv[1:], file=sys.stderr)\nprint('x' * 100_000, file=sys.stderr)\n"
        "print('\\x1b[31mlast\\tline \\r\\n\\n', file=sys.stderr)\nsys.exit(0)"
    )
    until(lambda: program.state == "ended" and program.last_line == "[31mlast line")
    assert max(map(len, program._lines)) <= MAX_LINE
    assert program._lines[0] == "['--device', '0']"


def test_its_output_is_heard_in_lines_and_its_end_after_all_of_them(
    start: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "b_tracker.py").write_text(
        "import sys\nprint('one\\ntwo', flush=True)\nprint('why', file=sys.stderr)\n"
        "print('x' * 100_000)\nprint('last', end='')"
    )
    heard: list[bytes] = []
    said_at_end: list[tuple[int, str]] = []
    program = TrackerProgram(
        ("b_tracker",),
        hear=heard.append,
        on_end=lambda: said_at_end.append((len(heard), program.last_line)),
    )
    until(lambda: said_at_end)
    assert [line for line in heard if line and b"x" not in line] == [b"one", b"two", b"last"]
    assert max(map(len, heard)) < 100_000
    assert said_at_end == [(len(heard), "why")]
    program.close()


def test_a_failure_is_told_from_an_end(start: Start) -> None:
    program = start("sys.exit('there is no camera 7')")
    until(lambda: program.state == "failed")
    until(lambda: program.last_line == "there is no camera 7")


def test_it_is_stopped_politely(start: Start, tmp_path: Path) -> None:
    program = start(
        "stop = []\nsignal.signal(signal.SIGTERM, lambda *_: stop.append(1))\nprint('ready', file=sys.stderr, flush=True)\n"
        f"while not stop: time.sleep(0.01)\nopen({str(tmp_path / 'clean')!r}, 'w').close()"
    )
    until(lambda: program.last_line == "ready")
    program.close()
    until(lambda: (tmp_path / "clean").exists())
    until(lambda: program.state == "ended")


def test_one_that_does_not_stop_is_killed(start: Start) -> None:
    program = start(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('ready', file=sys.stderr, flush=True)\ntime.sleep(3600)"
    )
    until(lambda: program.last_line == "ready")
    program.close()
    until(lambda: not psutil.pid_exists(program.pid))


def test_one_that_floods_fills_no_pipe(start: Start) -> None:
    program = start("for n in range(20_000): print(n, 'x' * 60, file=sys.stderr)")
    until(lambda: program.state == "ended")
    until(lambda: program.last_line.startswith("19999 "))


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_it_ends_with_a_runtime_that_was_killed(tmp_path: Path) -> None:
    (tmp_path / "a_tracker.py").write_text("import time\ntime.sleep(3600)")
    code = (
        "import time\nfrom runtime.trackers.tracker_program import TrackerProgram\n"
        "print(TrackerProgram(('a_tracker',)).pid, flush=True)\ntime.sleep(3600)"
    )
    environment = dict(os.environ) | {"PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as runtime:
        assert runtime.stdout is not None
        program = psutil.Process(int(runtime.stdout.readline()))
        os.kill(runtime.pid, signal.SIGKILL)
    until(lambda: not program.is_running() or program.status() == psutil.STATUS_ZOMBIE)
