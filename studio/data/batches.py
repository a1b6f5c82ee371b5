"""Batches: pictures and labels side by side in memory that processes share, so that none is copied between them.

reserve_slots(path, batch=16, size=256, count=4)
slots = BatchSlots(path, batch=16, size=256, count=4)
slots.put(slot, index, sample)      # in a worker
slots.batch_in(slot, number)        # in the reader: Batch
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from studio.data.labels import LABEL_SHAPES, Labels, sample_key
from studio.data.sample import StudioSample
from studio.labelled_image import PIXEL_ARRAYS, LabelledImage

_ALIGNMENT: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class Batch(LabelledImage):
    """B pictures of S x S pixels: the arrays of `LabelledImage` with B before every shape.

    Attributes:
        number: 0, 1, 2, ...
        labels: (B, ...) each.
    """

    number: int
    labels: Labels

    def sample(self, index: int) -> StudioSample:
        """One of the pictures; its arrays are views of the batch's."""
        labels = Labels(**{name: getattr(self.labels, name)[index] for name in LABEL_SHAPES})
        key = sample_key(int(labels.moment), int(labels.camera), int(labels.frame))
        pixels = {name: getattr(self, name)[index] for name in PIXEL_ARRAYS}
        return StudioSample(key=key, labels=labels, **pixels)

    def copy(self) -> Batch:
        """A copy that stays valid when the slot is filled again."""
        labels = {name: getattr(self.labels, name).copy() for name in LABEL_SHAPES}
        pixels = {name: getattr(self, name).copy() for name in PIXEL_ARRAYS}
        return Batch(number=self.number, labels=Labels(**labels), **pixels)


class BatchSlots:
    """Slots that hold a batch each, in a file that is mapped into memory."""

    def __init__(self, path: Path, batch: int, size: int, count: int) -> None:
        """Map a file that `reserve_slots` made.

        Args:
            batch: pictures a batch. size: a picture's side in pixels. count: slots.

        Raises:
            OSError: there is no such file.
        """
        self.batch = batch
        self._layout = list(_layout(batch, size))
        stride = slot_bytes(batch, size)
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), stride * count)
        self._slots = [
            {
                name: np.frombuffer(self._memory, dtype, int(np.prod(shape)), slot * stride + begin).reshape(
                    shape
                )
                for name, shape, dtype, begin, _ in self._layout
            }
            for slot in range(count)
        ]

    def put(self, slot: int, index: int, sample: StudioSample) -> None:
        """Write a sample into a slot as picture `index` of its batch."""
        arrays = self._slots[slot]
        for name in PIXEL_ARRAYS:
            arrays[name][index] = getattr(sample, name)
        for name in LABEL_SHAPES:
            arrays["label " + name][index] = getattr(sample.labels, name)

    def batch_in(self, slot: int, number: int) -> Batch:
        """The batch in a slot, not copied: its arrays change when the slot is filled again."""
        arrays = self._slots[slot]
        labels = Labels(**{name: arrays["label " + name] for name in LABEL_SHAPES})
        return Batch(number=number, labels=labels, **{name: arrays[name] for name in PIXEL_ARRAYS})


def slot_bytes(batch: int, size: int) -> int:
    """Bytes of one slot."""
    return max(end for *_, end in _layout(batch, size))


def reserve_slots(path: Path, batch: int, size: int, count: int) -> None:
    """Make the file of `count` slots and allocate all its bytes now, so that a later write cannot run out of room.

    Raises:
        OSError: there is not enough room.
    """
    total = slot_bytes(batch, size) * count
    with path.open("xb") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, total)
        else:
            file.truncate(total)


def _layout(batch: int, size: int) -> Iterator[tuple[str, tuple[int, ...], Any, int, int]]:
    """(name, shape, dtype, begin, end) of every array in a slot; begin and end in bytes."""
    arrays: list[tuple[str, tuple[int, ...], Any]] = [
        *((name, (batch, size, size, *shape), dtype) for name, (shape, dtype) in PIXEL_ARRAYS.items()),
        *(("label " + name, (batch, *shape), dtype) for name, (shape, dtype) in LABEL_SHAPES.items()),
    ]
    end = 0
    for name, shape, dtype in arrays:
        begin = -(-end // _ALIGNMENT) * _ALIGNMENT
        end = begin + int(np.prod(shape)) * np.dtype(dtype).itemsize
        yield name, shape, dtype, begin, -(-end // _ALIGNMENT) * _ALIGNMENT
