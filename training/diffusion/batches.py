"""Batches of clips: T batches of pairs, of which the t-th holds the t-th frames; read ahead by a thread.

    with ClipBatches(folders, batch=8, frames=4, seed=0) as batches:
        clips = batches.next()              # tuple of T batches
        examples = clip_examples(clips, design)

With one frame they are the pairs that the retouch network learns from, the portrait's own motion included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import torch

from networks.dit_design import DitDesign
from training.diffusion.examples import ONCE, Examples, examples_of
from training.pairs.clips import clip_rows
from training.pairs.person_pairs import read_pairs
from training.read_ahead import ReadAhead
from training.retouch.batches import OWN_SHARE, Batch, batch_of

_OPEN: Final = 32


class ClipBatches(ReadAhead[tuple[Batch, ...]]):
    """Random clips, mirrored and recoloured alike in all their frames; their order follows from seed and number."""

    def __init__(
        self, folders: Sequence[Path], *, batch: int, frames: int, seed: int, begin: int = 0
    ) -> None:
        """Look whether all of them can be read.

        Args:
            folders: people's pairs, whose clips have a multiple of `frames`.
            batch: clips in a batch. begin: number of the first one.
        """
        for folder in folders:
            read_pairs(folder)
        read = lru_cache(_OPEN)(read_pairs)

        def make(number: int) -> tuple[Batch, ...]:
            random = np.random.default_rng([seed, number])
            people = [read(folders[int(random.integers(len(folders)))]) for _ in range(batch)]
            rows = [clip_rows(person, frames, random) for person in people]
            if frames == 1:
                rows = [range(1) if random.random() < OWN_SHARE else row for row in rows]
            changes = int(random.integers(2**31))
            return tuple(
                batch_of(
                    [(person, row[frame]) for person, row in zip(people, rows, strict=True)],
                    np.random.default_rng(changes),
                )
                for frame in range(frames)
            )

        super().__init__(make, begin=begin)


def clip_examples(clips: Sequence[Batch], design: DitDesign) -> Examples:
    """Examples of T frames, of T batches whose rows are the same clips."""
    frames = [examples_of(batch, design) for batch in clips]
    if len(frames) == 1:
        return frames[0]
    return Examples(
        **{
            entry.name: getattr(frames[0], entry.name)
            if entry.name in ONCE
            else torch.cat([getattr(one, entry.name) for one in frames], 1)
            for entry in fields(Examples)
        }
    )
