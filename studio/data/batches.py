"""Batches: pictures and labels side by side in memory that processes share, without a copy on the way.

slots = BatchSlots(path, batch=16, size=256, count=4)
slots.put(slot, place, sample)      # a worker
slots.batch_in(slot)                # the reader: Batch
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from studio.data.labels import LABEL_SHAPES, Labels, sample_key
from studio.data.sample import StudioSample, composed
from studio.renderer import FACE_PARTS

PICTURES: Final = ("image", "background", "part", "normal", "depth")
_ALIGNMENT: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """B pictures of S pixels a side; as `StudioSample`, with B before every shape.

    Attributes:
        number: 0, 1, 2, ...
        image: (B, S, S, 4) uint8. background: (B, S, S, 3) uint8.
        part: (B, S, S) uint8. normal: (B, S, S, 3) float32. depth: (B, S, S) float32.
        labels: (B, ...) each.
    """

    number: int
    image: NDArray[np.uint8]
    background: NDArray[np.uint8]
    part: NDArray[np.uint8]
    normal: NDArray[np.float32]
    depth: NDArray[np.float32]
    labels: Labels

    @property
    def face_mask(self) -> NDArray[np.bool_]:
        """(B, S, S) whether the face, its eyes, lashes or mouth are seen."""
        return np.isin(self.part, FACE_PARTS)

    def composed(self) -> NDArray[np.uint8]:
        """(B, S, S, 3) uint8, the person before the background."""
        return composed(self.image, self.background)

    def sample(self, place: int) -> StudioSample:
        """One of the pictures, in place."""
        labels = Labels(**{name: getattr(self.labels, name)[place] for name in LABEL_SHAPES})
        key = sample_key(int(labels.moment), int(labels.camera), int(labels.frame))
        pictures = {name: getattr(self, name)[place] for name in PICTURES}
        return StudioSample(key=key, labels=labels, **pictures)

    def copy(self) -> Batch:
        """One that stays when the next is asked for."""
        labels = {name: getattr(self.labels, name).copy() for name in LABEL_SHAPES}
        pictures = {name: getattr(self, name).copy() for name in PICTURES}
        return Batch(number=self.number, labels=Labels(**labels), **pictures)


class BatchSlots:
    """Places for batches in a file that is mapped into memory."""

    def __init__(self, path: Path, batch: int, size: int, count: int) -> None:
        """Map a file that `reserve` made.

        Raises:
            OSError: there is no such file.
        """
        self.batch = batch
        self._layout = list(_layout(batch, size))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), slot_bytes(batch, size) * count)
        stride = slot_bytes(batch, size)
        self._slots = [
            {
                name: np.frombuffer(self._memory, kind, int(np.prod(shape)), slot * stride + begin).reshape(
                    shape
                )
                for name, shape, kind, begin, _ in self._layout
            }
            for slot in range(count)
        ]

    def put(self, slot: int, place: int, sample: StudioSample) -> None:
        """Write one sample into a batch."""
        arrays = self._slots[slot]
        for name in PICTURES:
            arrays[name][place] = getattr(sample, name)
        for name in LABEL_SHAPES:
            arrays["label " + name][place] = getattr(sample.labels, name)

    def batch_in(self, slot: int, number: int) -> Batch:
        """A slot's batch, in place: it changes when the slot is filled again."""
        arrays = self._slots[slot]
        labels = Labels(**{name: arrays["label " + name] for name in LABEL_SHAPES})
        return Batch(number=number, labels=labels, **{name: arrays[name] for name in PICTURES})


def slot_bytes(batch: int, size: int) -> int:
    """What one slot takes."""
    return max(end for *_, end in _layout(batch, size))


def reserve(path: Path, batch: int, size: int, count: int) -> None:
    """Make the file of some slots, with all its room taken now and not when it is written to.

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
    """(name, shape, kind, begin, end in bytes) of everything in a slot."""
    square = (batch, size, size)
    wanted: list[tuple[str, tuple[int, ...], Any]] = [
        ("image", (*square, 4), np.uint8),
        ("background", (*square, 3), np.uint8),
        ("part", square, np.uint8),
        ("normal", (*square, 3), np.float32),
        ("depth", square, np.float32),
    ]
    wanted += [("label " + name, (batch, *shape), kind) for name, (shape, kind) in LABEL_SHAPES.items()]
    end = 0
    for name, shape, kind in wanted:
        begin = -(-end // _ALIGNMENT) * _ALIGNMENT
        end = begin + int(np.prod(shape)) * np.dtype(kind).itemsize
        yield name, shape, kind, begin, -(-end // _ALIGNMENT) * _ALIGNMENT
