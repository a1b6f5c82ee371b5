from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studio.data.batches import Batch, BatchSlots, reserve_slots, slot_bytes
from studio.data.labels import LABEL_SHAPES
from studio.data.recipe import Recipe, scene_of
from studio.data.sample import StudioSample, sample_of
from studio.labelled_image import PIXEL_ARRAYS
from studio.renderer import Studio

SIZE, BATCH, COUNT = 40, 3, 2


@pytest.fixture(scope="module")
def samples(small_studio: Studio) -> list[StudioSample]:
    scene = scene_of(Recipe(count=1, style="clay", cameras=4), 0)
    return [
        sample_of(small_studio.render(scene.factors(camera, 0), SIZE), scene.sample_id(camera, 0))
        for camera in range(4)
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "slots"
    reserve_slots(path, BATCH, SIZE, COUNT)
    return path


def same(a: StudioSample, b: StudioSample) -> bool:
    pixels = all(np.array_equal(getattr(a, n), getattr(b, n)) for n in PIXEL_ARRAYS)
    labels = all(np.array_equal(getattr(a.labels, n), getattr(b.labels, n)) for n in LABEL_SHAPES)
    return a.key == b.key and pixels and labels


def filled(path: Path, samples: list[StudioSample]) -> Batch:
    writer = BatchSlots(path, BATCH, SIZE, COUNT)
    for index in range(BATCH):
        writer.put(1, index, samples[index])
    return BatchSlots(path, BATCH, SIZE, COUNT).batch_in(1, 5)


def test_what_one_mapping_writes_another_reads(path: Path, samples: list[StudioSample]) -> None:
    batch = filled(path, samples)
    assert batch.number == 5
    assert [same(batch.sample(index), samples[index]) for index in range(BATCH)] == [True] * BATCH


def test_slots_do_not_overlap(path: Path, samples: list[StudioSample]) -> None:
    batch = filled(path, samples)
    other = BatchSlots(path, BATCH, SIZE, COUNT)
    for index in range(BATCH):
        other.put(0, index, samples[3])
    assert [same(batch.sample(index), samples[index]) for index in range(BATCH)] == [True] * BATCH


def test_a_batch_changes_with_its_slot_and_a_copy_does_not(path: Path, samples: list[StudioSample]) -> None:
    batch = filled(path, samples)
    copy = batch.copy()
    BatchSlots(path, BATCH, SIZE, COUNT).put(1, 0, samples[3])
    assert same(batch.sample(0), samples[3])
    assert same(copy.sample(0), samples[0])


def test_the_file_has_room_for_every_array(path: Path) -> None:
    pixels = sum(
        int(np.prod(shape)) * np.dtype(dtype).itemsize * SIZE * SIZE for shape, dtype in PIXEL_ARRAYS.values()
    )
    labels = sum(int(np.prod(shape)) * np.dtype(dtype).itemsize for shape, dtype in LABEL_SHAPES.values())
    assert slot_bytes(BATCH, SIZE) >= BATCH * (pixels + labels)
    assert path.stat().st_size == COUNT * slot_bytes(BATCH, SIZE)


def test_slots_are_not_reserved_over_a_file(path: Path) -> None:
    with pytest.raises(FileExistsError):
        reserve_slots(path, BATCH, SIZE, COUNT)
    with pytest.raises(FileNotFoundError):
        BatchSlots(path.with_name("gone"), BATCH, SIZE, COUNT)
