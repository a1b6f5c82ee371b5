from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from omote.leashed_process import LeashedProcess
from tests.waiting import until


def test_lines_and_last_words_of_a_program_that_ends() -> None:
    lines, errors, has_ended = list[str](), list[str](), threading.Event()
    process = LeashedProcess(
        ["json.tool", "there-is-no-such.json"],
        on_output=lines.append,
        on_error=errors.append,
        on_end=has_ended.set,
    )
    assert has_ended.wait(60)
    until(lambda: process.process.poll() is not None)
    assert "there-is-no-such.json" in process.last_words
    assert lines == []
    assert any("there-is-no-such.json" in line for line in errors)
    process.close()
    process.close()


@pytest.mark.skipif(sys.platform == "win32", reason="asks by a signal whether a process is there")
def test_a_program_ends_with_the_process_that_holds_it_even_if_that_is_killed() -> None:
    held = (
        "import time; from omote.leashed_process import LeashedProcess; "
        "one = LeashedProcess(['http.server', '0', '--bind', '127.0.0.1'], on_output=lambda line: "
        "print(one.process.pid, flush=True)); time.sleep(600)"
    )
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    holder = subprocess.Popen(
        [sys.executable, "-c", held], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert holder.stdout is not None
    with holder.stdout as said:
        number = int(said.readline())
        os.kill(number, 0)
        holder.kill()
        holder.wait()

    def has_ended() -> bool:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return True
        return False

    until(has_ended)
