from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from studio.data.batches import Batch
from studio.data.labels import LABEL_SHAPES
from studio.data.recipe import Recipe, scene_of
from studio.data.sample import sample_of
from studio.data.stream import StudioStream
from studio.errors import StudioError
from studio.labelled_image import PIXEL_ARRAYS
from studio.renderer import Studio

psutil = pytest.importorskip("psutil")
RECIPE = Recipe(count=1, size=40, style="clay", cameras=2)
BATCH = 6


@pytest.fixture(scope="module")
def batches(small_head: Path) -> list[Batch]:
    """The first five batches, drawn by one worker."""
    with StudioStream(RECIPE, source=small_head, batch=BATCH, workers=1) as stream:
        return list(islice(stream, 5))


def same(a: Batch, b: Batch) -> bool:
    pictures = all(np.array_equal(getattr(a, n), getattr(b, n)) for n in PIXEL_ARRAYS)
    labels = all(np.array_equal(getattr(a.labels, n), getattr(b.labels, n)) for n in LABEL_SHAPES)
    return a.number == b.number and pictures and labels


def test_batches_have_the_documented_shapes(batches: list[Batch]) -> None:
    batch = batches[0]
    assert (batch.image.shape, batch.image.dtype) == ((BATCH, 40, 40, 4), np.uint8)
    assert batch.composed().shape == batch.background.shape == (BATCH, 40, 40, 3)
    assert (batch.part.shape, batch.part.dtype) == ((BATCH, 40, 40), np.uint8)
    assert (batch.normal.shape, batch.normal.dtype) == ((BATCH, 40, 40, 3), np.float32)
    assert (batch.depth.shape, batch.depth.dtype) == ((BATCH, 40, 40), np.float32)
    assert batch.face_mask.shape == (BATCH, 40, 40)
    for name, (shape, kind) in LABEL_SHAPES.items():
        array = getattr(batch.labels, name)
        assert (array.shape, array.dtype) == ((BATCH, *shape), np.dtype(kind))


def test_batches_are_what_the_studio_draws(small_studio: Studio, batches: list[Batch]) -> None:
    for picture in (0, 7, 28):
        moment, camera = divmod(picture, 2)
        scene = scene_of(RECIPE, moment)
        drawn = sample_of(small_studio.render(scene.factors(camera, 0), 40), scene.sample_id(camera, 0))
        found = batches[picture // BATCH].sample(picture % BATCH)
        assert found.key == drawn.key
        assert (found.image == drawn.image).all()
        assert (found.depth == drawn.depth).all()
        assert (found.labels.landmarks == drawn.labels.landmarks).all()


def test_a_stream_continues_another_with_any_number_of_workers(
    small_head: Path, batches: list[Batch]
) -> None:
    with StudioStream(RECIPE, source=small_head, batch=BATCH, workers=2, ahead=1, first=1) as stream:
        assert [same(a, b) for a, b in zip(stream, batches[1:], strict=False)] == [True] * 4


def test_a_killed_worker_is_an_error_and_all_memory_is_freed(small_head: Path) -> None:
    before, others = set(_memory_files()), set(psutil.Process().children())
    with StudioStream(RECIPE, source=small_head, batch=2, workers=1) as stream:
        stream.take()
        workers = [child for child in psutil.Process().children() if child not in others]
        assert workers
        workers[0].kill()
        with pytest.raises(StudioError, match="worker 0"):
            list(islice(stream, 1000))  # what it had drawn already still comes
    assert not any(worker.is_running() for worker in workers)
    assert set(_memory_files()) <= before
    with pytest.raises(StudioError, match="closed"):
        stream.take()


@pytest.mark.parametrize(
    ("change", "word"), [({"batch": 0}, "batch"), ({"ahead": 0}, "ahead"), ({"workers": 0}, "workers")]
)
def test_numbers_out_of_range_are_errors(small_head: Path, change: dict[str, int], word: str) -> None:
    with pytest.raises(StudioError, match=word):
        StudioStream(RECIPE, source=small_head, **change)


def test_a_missing_head_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="--ict"):
        StudioStream(RECIPE, source=tmp_path / "gone.npz", workers=1)


def _memory_files() -> Iterator[str]:
    folder = Path("/dev/shm")
    if sys.platform == "linux" and folder.is_dir():
        yield from (path.name for path in folder.glob("omote-studio-*"))
