"""The pool with real worker processes; test_dataset.py and test_stream.py cover whole data sets."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from studio.data.recipe import Recipe
from studio.data.shards import is_complete, shard_path
from studio.data.worker_pool import MAX_WORKERS, Job, Report, Task, WorkerPool, _environment
from studio.errors import StudioError

psutil = pytest.importorskip("psutil")
RECIPE = Recipe(count=2, size=32, style="clay")


def reports(pool: WorkerPool, until: str) -> list[Report]:
    found = [pool.next_report()[1]]
    while found[-1].kind != until:
        found.append(pool.next_report()[1])
    return found


def test_a_worker_reports_ready_then_each_picture_then_its_task(small_head: Path, tmp_path: Path) -> None:
    with WorkerPool(Job(str(small_head), RECIPE, folder=str(tmp_path)), workers=1) as pool:
        assert [report.kind for report in reports(pool, "ready")] == ["ready"]
        pool.assign(0, Task(1))
        found = reports(pool, "done")
        assert [report.kind for report in found] == ["picture", "done"]
        assert found[-1].task == Task(1)
    assert is_complete(shard_path(tmp_path, 1), ["00000001-c00-t0000"])
    assert not shard_path(tmp_path, 0).exists()


def test_a_workers_error_is_raised_with_its_message(tmp_path: Path) -> None:
    with (
        WorkerPool(Job(str(tmp_path / "gone.npz"), RECIPE), workers=1) as pool,
        pytest.raises(StudioError, match=r"gone.npz does not exist; name"),
    ):
        pool.next_report()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to end a process with")
def test_a_killed_worker_is_named_with_its_signal(small_head: Path) -> None:
    others = set(psutil.Process().children())
    with WorkerPool(Job(str(small_head), RECIPE), workers=1) as pool:
        pool.next_report()
        (worker,) = set(psutil.Process().children()) - others
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(StudioError, match=rf"worker 0 \(process {worker.pid}\) was killed by signal 9"):
            pool.next_report()
        pool.assign(0, Task(0))  # a task for a dead worker is no error of its own
        pool.close()
        pool.close()


@pytest.mark.parametrize("workers", [0, MAX_WORKERS + 1])
def test_an_impossible_number_of_workers_is_an_error(workers: int) -> None:
    with pytest.raises(StudioError, match=f"workers is {workers}, expected 1 to {MAX_WORKERS}"):
        WorkerPool(Job("", RECIPE), workers=workers)


def test_workers_share_the_cores_and_get_their_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LP_NUM_THREADS", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    assert _environment(2, None)["LP_NUM_THREADS"] == "4"
    assert _environment(8, None)["LP_NUM_THREADS"] == "0"
    assert "GLCONTEXT_DEVICE_INDEX" not in _environment(1, None)
    assert _environment(1, 3)["GLCONTEXT_DEVICE_INDEX"] == "3"
    monkeypatch.setenv("LP_NUM_THREADS", "5")
    assert _environment(2, None)["LP_NUM_THREADS"] == "5"
