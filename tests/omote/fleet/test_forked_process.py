"""Processes by the fork server of a machine: real ones, from a server in a folder of the test."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from omote.fleet import forked_process
from omote.fleet.forked_process import ForkedProcess, StartingError, can_fork, fork
from protocol.frames.ring_files import ring_folder
from tests.live_runtime import private_rings
from tests.waiting import PATIENCE_S, until

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="handles of processes are Linux's")


@pytest.fixture(autouse=True)
def _places(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # a test's own folder may be too deep for the path of a socket
    with tempfile.TemporaryDirectory() as place:
        private_rings(Path(place), monkeypatch)
        yield from _forking(monkeypatch)


def _forking(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    assert can_fork()
    yield
    while _made:
        process = _made.pop()
        process.kill()
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()
    for path in ring_folder().glob("fork-*.socket"):
        path.unlink()  # ends the server


_made: list[ForkedProcess] = []


def run(code: str, **environment: str) -> ForkedProcess:
    """Fork a program that executes one line of Python."""
    made: list[ForkedProcess] = []

    def is_forked() -> bool:
        try:
            made.append(fork(["timeit", "-n1", "-r1", code], os.environ | environment))
        except StartingError:
            return False
        return True

    until(is_forked)
    _made.extend(made)
    return made[0]


def said(process: ForkedProcess) -> str:
    """The first line of a process that ends by itself."""
    line = process.stdout.readline().strip()
    process.wait(PATIENCE_S)
    return line


def test_a_process_has_the_code_that_is_there_now_and_those_that_run_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python imports `sitecustomize` when it starts, and so does the server."""
    module = tmp_path / "sitecustomize.py"
    module.write_text("MADE = 'before'")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ["PYTHONPATH"]]))
    code = "import sitecustomize, sys; print(sitecustomize.MADE, flush=True); sys.stdin.read()"
    first = run(code)
    assert first.stdout.readline() == "before\n"
    module.write_text("MADE = 'after'")
    second = run(code)
    assert second.stdout.readline() == "after\n"
    assert first.poll() is None


def test_it_has_the_environment_the_folder_and_the_modules_that_were_ordered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OMOTE_TEST_OTHER", "of the server")
    first = run("import os; print(os.environ['OMOTE_TEST'], os.getcwd())", OMOTE_TEST="one")
    assert said(first) == f"one {tmp_path}"
    monkeypatch.delenv("OMOTE_TEST_OTHER")
    second = run("import os, sys; print('OMOTE_TEST_OTHER' in os.environ, 'moderngl' in sys.modules)")
    assert said(second) == "False True"


def test_its_input_its_output_and_its_errors_are_pipes_of_who_asked() -> None:
    process = run("import sys; sys.stderr.write('oh\\n'); print(1)")
    assert said(process) == "1"
    assert process.stderr.read() == "oh\n"
    assert process.poll() == 0


def test_it_ends_with_its_input() -> None:
    process = run("import time; print(2, flush=True); time.sleep(600)")
    assert process.stdout.readline() == "2\n"
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.01)
    assert process.poll() is None
    process.stdin.close()
    assert process.wait(PATIENCE_S) == 0


def test_it_is_killed_by_its_handle() -> None:
    process = run("import time; print(3, flush=True); time.sleep(600)")
    process.stdout.readline()
    process.kill()
    process.wait(PATIENCE_S)
    process.kill()  # it has ended: nothing happens


def test_all_who_ask_at_once_have_one_server() -> None:
    with ThreadPoolExecutor(8) as threads:
        processes = list(threads.map(lambda _: run("import os; print(os.getppid())"), range(8)))
    assert len({said(process) for process in processes}) == 1


def test_a_server_that_was_killed_leaves_its_processes_and_is_started_again() -> None:
    process = run("import os, time; print(os.getppid(), flush=True); time.sleep(600)")
    server = int(process.stdout.readline())
    os.kill(server, 9)
    other = run("import os; print(os.getppid())")
    assert int(said(other)) != server
    assert process.poll() is None
    process.stdin.close()
    process.wait(PATIENCE_S)


def test_what_is_no_order_is_passed_over() -> None:
    server = said(run("import os; print(os.getppid())"))
    for data in (b"", b"\0\0", b"\0\0\0\5nonono", b"\xff" * 64):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
            one.connect(str(forked_process._socket_path()))
            one.sendall(data)
    assert said(run("import os; print(os.getppid())")) == server


def test_without_a_folder_of_its_own_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("d" * 90)
    deep.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    assert not can_fork()  # its socket's path would be too long
    ring_folder().chmod(0o755)
    assert not can_fork()
