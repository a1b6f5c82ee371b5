"""Data sets drawn by real worker processes: deterministic, resumable, and without partial shards."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from studio.data.dataset import RenderSummary, read_manifest, render_dataset
from studio.data.recipe import Recipe
from studio.data.shards import read_shards, shard_path
from studio.errors import StudioError
from tests.waiting import PATIENCE_S, until

psutil = pytest.importorskip("psutil")
RECIPE = Recipe(count=9, size=40, style="clay", frames=2, cameras=2, viewing="dynamic-sweep")
#: Has enough shards to be interrupted after some of them.
LONG = Recipe(count=80, size=32, style="clay")


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.tar"))}


@pytest.fixture(scope="module")
def reference(small_head: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole data set, drawn by one worker."""
    folder = tmp_path_factory.mktemp("reference") / "data"
    assert render_dataset(RECIPE, small_head, folder, workers=1) == RenderSummary(0, 9, 36)
    return folder


def test_two_workers_give_the_same_bytes_as_one(small_head: Path, reference: Path, tmp_path: Path) -> None:
    render_dataset(RECIPE, small_head, tmp_path / "data", workers=2)
    assert content(tmp_path / "data") == content(reference)


def test_samples_are_read_in_order_with_their_labels(reference: Path) -> None:
    samples = list(read_shards(reference))
    assert len(samples) == 36
    assert len({sample.key for sample in samples}) == 36
    assert [sample.key for sample in samples] == sorted(sample.key for sample in samples)
    first = [s for s in samples if int(s.labels.moment) == 3]
    assert {(int(s.labels.camera), int(s.labels.frame)) for s in first} == {
        (c, f) for c in (0, 1) for f in (0, 1)
    }
    # two cameras see the very same moment
    left, right = (next(s for s in first if (s.labels.camera, s.labels.frame) == (c, 1)) for c in (0, 1))
    np.testing.assert_array_equal(left.labels.landmarks_world, right.labels.landmarks_world)
    np.testing.assert_array_equal(left.labels.expression, right.labels.expression)
    assert not np.array_equal(left.labels.world_to_camera, right.labels.world_to_camera)
    manifest = read_manifest(reference)
    assert manifest.recipe == RECIPE
    assert manifest.parts[int(left.part.max())] in manifest.parts


def test_only_missing_and_damaged_shards_are_drawn_again(
    small_head: Path, reference: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(reference, folder)
    whole = content(folder)
    shard_path(folder, 2).unlink()
    cut = shard_path(folder, 5)
    cut.write_bytes(cut.read_bytes()[:4000])
    (folder / "shard-000007.tar.part").write_bytes(b"half")
    kept = shard_path(folder, 1).stat().st_mtime_ns
    assert render_dataset(RECIPE, small_head, folder, workers=1, resume=True) == RenderSummary(7, 2, 8)
    assert content(folder) == whole
    assert shard_path(folder, 1).stat().st_mtime_ns == kept
    assert not list(folder.glob("*.part"))
    assert render_dataset(RECIPE, small_head, folder, workers=1, resume=True) == RenderSummary(9, 0, 0)


def test_a_folder_with_another_data_set_is_an_error(
    small_head: Path, reference: Path, tmp_path: Path
) -> None:
    with pytest.raises(StudioError, match="--resume"):
        render_dataset(RECIPE, small_head, reference)
    with pytest.raises(StudioError, match="count was 9, now 13"):
        render_dataset(
            Recipe(count=13, size=40, style="clay", frames=2, cameras=2, viewing="dynamic-sweep"),
            small_head,
            reference,
            resume=True,
        )
    (tmp_path / "letters.txt").write_text("dear")
    with pytest.raises(StudioError, match="other files"):
        render_dataset(RECIPE, small_head, tmp_path)


def test_a_missing_or_damaged_head_is_an_error(small_head: Path, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="--ict"):
        render_dataset(RECIPE, tmp_path / "gone.npz", tmp_path / "a")
    damaged = tmp_path / "damaged.npz"
    damaged.write_bytes(small_head.read_bytes()[:5000])
    with pytest.raises(StudioError, match="damaged"):
        render_dataset(RECIPE, damaged, tmp_path / "b")
    assert not list((tmp_path / "b").glob("*.tar*"))


# -- interruptions ---------------------------------------------------------------------------


def command(head: Path, folder: Path, *more: str, workers: int = 2) -> list[str]:
    options = f"--count {LONG.count} --size {LONG.size} --style {LONG.style} --workers {workers}".split()
    return [
        sys.executable,
        "-m",
        "studio",
        "render",
        "--ict",
        str(head),
        "-o",
        str(folder),
        *options,
        *more,
    ]


def begun(head: Path, folder: Path, *, workers: int) -> subprocess.Popen[str]:
    """A run that has drawn a shard, and whose processes are stopped before it can draw all of them."""
    while True:
        running = subprocess.Popen(command(head, folder, workers=workers), stderr=subprocess.PIPE, text=True)
        until(lambda: len(list(folder.glob("*.tar"))) >= 1)
        with suppress(psutil.NoSuchProcess):
            for process in (*psutil.Process(running.pid).children(), psutil.Process(running.pid)):
                process.suspend()
            if len(list(folder.glob("*.tar"))) < LONG.shards:
                return running
        # it was faster than this process; another time
        running.kill()
        running.communicate(timeout=PATIENCE_S)
        shutil.rmtree(folder)


def test_resuming_after_a_kill_draws_only_the_missing_shards(small_head: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    running = begun(small_head, folder, workers=2)
    workers = psutil.Process(running.pid).children()
    running.kill()
    for worker in workers:
        worker.resume()
    running.communicate(timeout=PATIENCE_S)
    # the workers' pipes are closed, so they end
    until(lambda: not any(worker.is_running() and worker.status() != "zombie" for worker in workers))
    found = {path: path.stat().st_mtime_ns for path in folder.glob("*.tar")}
    assert 1 <= len(found) < LONG.shards

    resumed = subprocess.run(
        command(small_head, folder, "--resume"), capture_output=True, text=True, timeout=600
    )
    assert resumed.returncode == 0, resumed.stderr
    assert f"{LONG.shards} shards ({len(found)} existed already)" in resumed.stderr
    assert {path: path.stat().st_mtime_ns for path in found} == found
    keys = [sample.key for sample in read_shards(folder)]
    assert keys == [f"{moment:08d}-c00-t0000" for moment in range(LONG.count)]
    assert not list(folder.glob("*.part"))


def test_a_killed_worker_is_reported_and_finished_shards_are_complete(
    small_head: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    running = begun(small_head, folder, workers=1)
    first, *others = psutil.Process(running.pid).children()
    first.kill()
    for process in (*others, psutil.Process(running.pid)):
        process.resume()
    _, said = running.communicate(timeout=PATIENCE_S)
    assert running.returncode == 1
    assert "worker" in said
    assert "Traceback" not in said
    assert not list(folder.glob("*.part"))
    assert len(list(folder.glob("*.tar"))) < LONG.shards


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no limit on the size of files to try it with"
)
def test_a_full_disk_is_reported_and_leaves_no_partial_shard(small_head: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); "
        f"from studio.__main__ import main; sys.exit(main({command(small_head, folder, workers=1)[3:]!r}))"
    )
    done = subprocess.run([sys.executable, "-c", limited], capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert "the disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in folder.iterdir()] == ["dataset.json"]
