"""Batches of examples for the parsing network, made from people's portraits by a thread beside the training.

    with ParsingBatches(folders, batch=12, seed=0, begin=0) as batches:
        batch = batches.next()

Batch number n follows from the seed and n alone, so that a resumed run goes on with the batches that would have come next.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.seeds import random_of
from training.parsing.augment import Example, make_example
from training.parsing.person_portraits import PersonPortraits, read_portraits

_AHEAD: Final = 3  # batches made beforehand


@dataclass(frozen=True, slots=True)
class ParsingBatch:
    """B examples; S = INPUT_PX.

    Attributes:
        planes: (B, INPUT_PLANES, S, S) float32, 0..1.
        part: (B, S, S) int64, the part where the person is. alpha: (B, 1, S, S) float32 0..1.
    """

    planes: Tensor
    part: Tensor
    alpha: Tensor

    def to(self, device: torch.device) -> ParsingBatch:
        """The batch on a device."""
        return ParsingBatch(*(one.to(device) for one in (self.planes, self.part, self.alpha)))


def parsing_batch(examples: Sequence[Example]) -> ParsingBatch:
    """Stack examples."""
    planes = torch.from_numpy(np.stack([one.planes for one in examples])).permute(0, 3, 1, 2)
    return ParsingBatch(
        planes.contiguous(memory_format=torch.channels_last),
        torch.from_numpy(np.stack([one.part for one in examples]).astype(np.int64)),
        torch.from_numpy(np.stack([one.alpha for one in examples]))[:, None],
    )


class Examples:
    """Makes examples from people's portraits; used by one thread."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._people: list[PersonPortraits] = [read_portraits(folder) for folder in folders]
        self._starts = np.cumsum([0, *(len(one) for one in self._people)])

    def __len__(self) -> int:
        """Number of portraits."""
        return int(self._starts[-1])

    def make(self, number: int, random: np.random.Generator | None) -> Example:
        """Example of portrait `number`; not augmented without a generator."""
        person = int(np.searchsorted(self._starts, number, "right")) - 1
        portrait = self._people[person].portrait(number - int(self._starts[person]))
        return make_example(portrait, self._crop, random)

    def _crop(self, random: np.random.Generator, size: int) -> NDArray[np.float32]:
        """A random part of another portrait over its background, (size, size, 3)."""
        other = self._people[int(random.integers(len(self._people)))]
        number = int(random.integers(len(other)))
        full = other.part.shape[1]
        side = int(random.integers(full // 5, full + 1))
        x, y = (int(v) for v in random.integers(0, full + 1 - side, 2))
        at = (number, slice(y, y + side), slice(x, x + side))
        person = other.person[at].astype(np.float32) / 255
        behind = other.background[at].astype(np.float32) / 255
        picture = person[..., :3] * person[..., 3:] + behind * (1 - person[..., 3:])
        return np.asarray(cv2.resize(picture, (size, size), interpolation=cv2.INTER_LINEAR), np.float32)


class ParsingBatches:
    """Endless batches; a context manager."""

    def __init__(self, folders: Sequence[Path], *, batch: int, seed: int, begin: int = 0) -> None:
        """Start the thread.

        Args:
            folders: people's portraits. batch: examples each. seed: of everything random. begin: number of the first batch.
        """
        self._examples = Examples(folders)
        self._batch, self._seed, self._number = batch, seed, begin
        self._ready: queue.Queue[ParsingBatch | BaseException] = queue.Queue(_AHEAD)
        self._is_closed = threading.Event()
        self._thread = threading.Thread(target=self._work, name="omote-parsing-batches", daemon=True)
        self._thread.start()

    def next(self) -> ParsingBatch:
        """The next batch.

        Raises:
            TrainingError: a file cannot be read.
        """
        found = self._ready.get()
        if isinstance(found, BaseException):
            raise found
        return found

    def batch(self, number: int) -> ParsingBatch:
        """Batch `number` of this seed."""
        random = random_of("parsing batch", self._seed, number)
        chosen = random.integers(0, len(self._examples), self._batch)
        return parsing_batch([self._examples.make(int(one), random) for one in chosen])

    def _work(self) -> None:
        while not self._is_closed.is_set():
            try:
                made: ParsingBatch | BaseException = self.batch(self._number)
            except Exception as error:  # shown by the thread that trains
                made = error
            self._number += 1
            while not self._is_closed.is_set():
                try:
                    self._ready.put(made, timeout=0.2)
                    break
                except queue.Full:
                    pass

    def close(self) -> None:
        """Stop the thread; may be called twice."""
        self._is_closed.set()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
