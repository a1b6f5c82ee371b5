"""Workers that make people's data in real processes, with a maker that only writes a file."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from tests.waiting import until
from training.errors import TrainingError
from training.person_workers import is_done, make_people, people_in, person_folder


class Writer:
    """Writes the identity and its process; refuses odd people, and ends its process at person 66."""

    def __init__(self, text: str) -> None:
        self._text = text

    def make(self, identity: int, folder: Path) -> bool:
        if identity == 66:
            os._exit(1)
        if identity % 2:
            return False
        folder.mkdir()
        (folder / "text").write_text(f"{self._text} {identity} {os.getpid()}")
        return True


def test_every_person_is_made_once_in_another_process(tmp_path: Path) -> None:
    shown: list[int] = []
    counts = make_people(tmp_path, [4, 5, 6], partial(Writer, "person"), workers=1, progress=shown.append)
    assert counts == (2, 1)
    assert shown == [0, 1, 2, 3]
    word, number, process = (person_folder(tmp_path, 4) / "text").read_text().split()
    assert (word, number) == ("person", "4")
    assert int(process) != os.getpid()
    before = (person_folder(tmp_path, 4) / "text").stat().st_mtime_ns
    assert make_people(tmp_path, [4, 5, 6, 8], partial(Writer, "later"), workers=1) == (3, 1)
    assert (person_folder(tmp_path, 4) / "text").stat().st_mtime_ns == before
    assert (person_folder(tmp_path, 8) / "text").read_text().startswith("later 8")


def test_a_worker_that_ends_unexpectedly_is_reported_and_the_finished_are_kept(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="a worker ended unexpectedly"):
        make_people(tmp_path, [4, 66], partial(Writer, "person"), workers=1)
    assert is_done(tmp_path, 4)
    assert not is_done(tmp_path, 66)


class Sleeper:
    """Leaves its process's number and never finishes."""

    def make(self, identity: int, folder: Path) -> bool:
        folder.with_suffix(".process").write_text(str(os.getpid()))
        while True:
            time.sleep(1)


def test_workers_end_when_their_run_is_killed(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from training.person_workers import make_people; "
        "from tests.training.test_person_workers import Sleeper; "
        f"make_people(Path({str(tmp_path)!r}), [4], Sleeper, workers=1)"
    )
    with subprocess.Popen([sys.executable, "-c", code]) as run:
        note = person_folder(tmp_path, 4).with_suffix(".process")
        until(lambda: note.exists() and note.read_text() != "")
        worker = int(note.read_text())
        assert is_running(worker)
        run.kill()
        run.wait()
        until(lambda: not is_running(worker))


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{process}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_unfinished_and_refused_people_are_not_trained_on(tmp_path: Path) -> None:
    for identity in (12, 3):
        person_folder(tmp_path, identity).mkdir()
    (tmp_path / ".p000004.123").mkdir()
    person_folder(tmp_path, 5).with_suffix(".refused").touch()
    assert [path.name for path in people_in(tmp_path)] == ["p000003", "p000012"]
