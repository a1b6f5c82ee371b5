"""The loading program itself: lines in, lines out, limits on itself, and no life after its parent's."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from face.errors import AvatarError
from runtime.avatars import loading_process
from runtime.avatars.loading_messages import (
    Answer,
    Described,
    DescribeTask,
    Loaded,
    LoadTask,
    Refused,
    Task,
    ThumbnailTask,
)
from runtime.avatars.loading_process import MAX_MEMORY, do
from runtime.avatars.preparation import AvatarChoice
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def program() -> Iterator[subprocess.Popen[bytes]]:
    line = [sys.executable, "-m", "runtime.avatars.loading_process"]
    with subprocess.Popen(line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield process
        process.kill()


def said(program: subprocess.Popen[bytes], task: Task | None = None) -> Answer:
    assert program.stdin is not None
    assert program.stdout is not None
    if task is not None:
        program.stdin.write(msgspec.json.encode(task) + b"\n")
        program.stdin.flush()
    answer: Answer = msgspec.json.decode(program.stdout.readline(), type=Answer)
    return answer


def test_it_says_that_it_is_ready_answers_each_line_and_ends_with_its_input(
    program: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    assert said(program) == Described([])
    answer = said(program, LoadTask(AvatarChoice(text="nobody", size=64), str(tmp_path / "x")))
    assert isinstance(answer, Refused)
    assert "is not an avatar" in answer.message
    assert isinstance(said(program, ThumbnailTask(str(tmp_path))), Refused)
    assert program.stdin is not None
    program.stdin.close()
    assert program.wait(60) == 0


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the limits of a process are read from Linux"
)
def test_it_limits_its_own_memory(program: subprocess.Popen[bytes]) -> None:
    said(program)
    process = psutil.Process(program.pid)
    assert process.rlimit(psutil.RLIMIT_AS) == (MAX_MEMORY, MAX_MEMORY)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timers of processor time")
@pytest.mark.parametrize("is_blocked", [False, True])
def test_a_task_that_computes_for_ever_ends_it_and_one_that_waits_does_not(is_blocked: bool) -> None:
    """Also where the program that starts it has blocked the signal."""
    text = (
        "import time; import runtime.avatars.loading_process as loading\n"
        "loading.TASK_CPU_S = 0.2\n"
        "def describe(path):\n"
        "    while path.name == 'computes': pass\n"
        "    time.sleep(0.4)\n"
        "    return path.name, ''\n"
        "loading.describe = describe; loading.main()"
    )
    line = [sys.executable, "-c", text]
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPROF} if is_blocked else ())
    try:
        program = subprocess.Popen(line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    with program:
        said(program)
        assert said(program, DescribeTask(["waits"])) == Described([("waits", "")])
        assert program.stdin is not None
        program.stdin.write(msgspec.json.encode(DescribeTask(["computes"])) + b"\n")
        program.stdin.flush()
        assert program.wait(PATIENCE_S) == -signal.SIGPROF


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (MemoryError(), "it needs more memory than an avatar may"),
        (RuntimeError("odd\nfile"), r"it cannot be read \(RuntimeError: odd file\)"),
        (AvatarError("no"), "^no$"),
    ],
)
def test_whatever_goes_wrong_is_an_answer_in_one_line(
    fault: Exception, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The faults are made by hand, because known ones would be mended."""

    def fail(path: Path) -> bytes:
        raise fault

    monkeypatch.setattr(loading_process, "draw_thumbnail", fail)
    answer = do(ThumbnailTask("x"))
    assert isinstance(answer, Refused)
    assert re.search(words, answer.message)
    assert "\n" not in answer.message


def test_folders_are_described_in_order(tmp_path: Path) -> None:
    (tmp_path / "avatar.toml").write_text('format = 1\nname = "A\\nB"\n')
    answer = do(DescribeTask([str(tmp_path / "no"), str(tmp_path), "x" * 5000, "a\0b"]))
    assert isinstance(answer, Described)
    assert [problem == "" for _, problem in answer.folders] == [False, True, False, False]
    assert answer.folders[1][0] == "A B"


def test_the_folder_of_a_runtime_that_was_killed_is_removed(
    program: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    said(program)
    ours, foreign = tmp_path / "omote-avatars-x", tmp_path / "foreign"
    for folder in (ours, foreign):
        folder.mkdir()
        answer = said(program, LoadTask(AvatarChoice(text="kofi", size=96), str(folder / "1.arrays")))
        assert isinstance(answer, Loaded)
        assert [file.name for file in folder.iterdir()] == ["1.arrays"]
    assert program.stdin is not None
    program.stdin.close()  # as the system does for a process that is killed
    assert program.wait(60) == 0
    assert not ours.exists()
    assert foreign.exists()
