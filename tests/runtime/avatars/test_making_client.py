"""The client of the making program, with small programs that behave and misbehave: real processes, real pipes."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from face.errors import AvatarError
from runtime.avatars.loading_client import NICENESS
from runtime.avatars.making_client import MakingClient
from runtime.avatars.making_messages import LookTask, Made, MakeTask, MakingAnswer, MakingRefused, Step
from tests.waiting import PATIENCE_S, until

ROOT = Path(__file__).resolve().parents[3]
GOOD = """
for line in sys.stdin:
    (folder / "task.json").write_text(line)
    print('{"type":"step","name":"one","number":1,"of":1}', flush=True)
    print('{"type":"made","warnings":["w"],"seconds":1.5}', flush=True)
"""
Start = Callable[..., MakingClient]


@pytest.fixture
def answers() -> queue.Queue[MakingAnswer]:
    return queue.Queue()


@pytest.fixture
def start(tmp_path: Path, answers: queue.Queue[MakingAnswer]) -> Iterator[Start]:
    """start(code) -> a client of a program of this code, with `sys` and its `folder`."""
    opened = []

    def started(code: str, *, silence_s: float = PATIENCE_S) -> MakingClient:
        script = tmp_path / "program.py"
        script.write_text(
            f"import os, sys, time\nfrom pathlib import Path\nfolder = Path(sys.argv[1])\n{code}"
        )
        parent = tmp_path / "avatars"
        parent.mkdir(exist_ok=True)
        opened.append(MakingClient((sys.executable, str(script)), parent, answers.put, silence_s=silence_s))
        return opened[-1]

    yield started
    for client in opened:
        client.close()
        client.close()
    until(lambda: not list((tmp_path / "avatars").iterdir()))  # nothing stays behind


def test_answers_come_in_order_and_tasks_arrive(start: Start, answers: queue.Queue[MakingAnswer]) -> None:
    client = start(GOOD)
    for task in (LookTask(), MakeTask(face=2, cut=(0.1, 0.2, 0.5), background="plate")):
        client.ask(task)
        assert answers.get(timeout=PATIENCE_S) == Step("one", 1, 1)
        assert answers.get(timeout=PATIENCE_S) == Made(warnings=["w"], seconds=1.5)
    written = (client.folder / "task.json").read_text()
    assert written == '{"type":"make","face":2,"cut":[0.1,0.2,0.5],"background":"plate","at_rest":false}\n'


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes and niceness")
def test_the_folder_is_private_and_the_frame_loop_comes_first(start: Start) -> None:
    client = start(GOOD)
    assert client.folder.stat().st_mode & 0o777 == 0o700
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, client.pid) == min(own + NICENESS, 19)


def test_closing_ends_the_program_in_the_middle_of_its_work(start: Start) -> None:
    client = start("(folder / 'begun').touch()\ntime.sleep(3600)")
    until(lambda: (client.folder / "begun").exists())
    client.close()
    until(lambda: not psutil.pid_exists(client.pid))
    until(lambda: not client.folder.exists())


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("sys.exit(3)", "ended (status 3)"),
        ("print('hello', flush=True)\ntime.sleep(3600)", "ended"),
        ("print('x' * 1000000, flush=True)\ntime.sleep(3600)", "ended"),
        ("os.close(1)\ntime.sleep(3600)", "ended"),
    ],
    ids=["exit", "noise", "flood", "silence"],
)
def test_a_program_that_fails_is_reported_once(
    start: Start, answers: queue.Queue[MakingAnswer], code: str, words: str
) -> None:
    client = start(code)
    client.ask(LookTask())
    refused = answers.get(timeout=PATIENCE_S)
    assert isinstance(refused, MakingRefused)
    assert words in refused.message
    until(lambda: not psutil.pid_exists(client.pid))
    client.ask(LookTask())  # goes nowhere, and raises nothing
    assert answers.empty()


def test_a_program_that_says_nothing_is_given_up(start: Start, answers: queue.Queue[MakingAnswer]) -> None:
    client = start("for line in sys.stdin:\n    time.sleep(3600)", silence_s=0.2)
    client.ask(LookTask())
    refused = answers.get(timeout=PATIENCE_S)
    assert isinstance(refused, MakingRefused)
    assert "took longer than 0.2 s for one step" in refused.message


def test_a_program_that_waits_for_its_user_is_not_given_up(
    start: Start, answers: queue.Queue[MakingAnswer]
) -> None:
    """Between tasks no time runs: the watch is stopped by the answer."""
    client = start(GOOD, silence_s=PATIENCE_S)
    client.ask(LookTask())
    answers.get(timeout=PATIENCE_S)
    answers.get(timeout=PATIENCE_S)
    until(lambda: client._watch is None)


def test_a_program_that_does_not_exist_is_said_and_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(AvatarError, match="did not start"):
        MakingClient((str(tmp_path / "nothing"),), tmp_path, print)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_the_real_program_ends_and_cleans_up_when_the_runtime_is_killed(tmp_path: Path) -> None:
    """The runtime's process is killed hard: its program sees its input end."""
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom runtime.avatars.making_client import MakingClient\n"
        "client = MakingClient((sys.executable, '-m', 'authoring.making_process'), Path(sys.argv[1]), print)\n"
        "print(client.pid, flush=True)\ntime.sleep(3600)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as runtime:
        assert runtime.stdout is not None
        program = psutil.Process(int(runtime.stdout.readline()))
        assert len(list(tmp_path.iterdir())) == 1
        os.kill(runtime.pid, signal.SIGKILL)
    until(lambda: not program.is_running() or program.status() == psutil.STATUS_ZOMBIE)
    until(lambda: list(tmp_path.iterdir()) == [])
