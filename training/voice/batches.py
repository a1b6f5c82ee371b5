"""Batches of the voice network: crops of speakers' sound with the mouth's truth at every delay.

speech = SpeechBatches(folders, batch=24, seed=0)
batch = speech.make(0)           # the same for the same number
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor

from networks.voice import DELAYS
from training.voice.speech_maker import SpeakerData, read_speaker

#: Frames of a crop, 1.8 s, and those at its begin that are only listened to.
FRAMES: Final = 108
UNJUDGED: Final = 12
#: Loudness is another in every crop, standard deviation in the units of a band (6 of the natural logarithm).
_LOUDER: Final = 0.25
#: Share of the crops that lack some bands, and how many at most.
_MASKED, _MASK_BANDS = 0.3, 8


@dataclass(frozen=True, slots=True)
class SpeechBatch:
    """B crops of T frames.

    Attributes:
        bands: (B, T, 80). controls: (B, T, D, 11) 0..1. viseme: (B, T, D) numbers. speaks: (B, T, D) 0 or 1.
    """

    bands: Tensor
    controls: Tensor
    viseme: Tensor
    speaks: Tensor

    def to(self, device: torch.device) -> SpeechBatch:
        """The batch on a device."""
        return SpeechBatch(*(one.to(device) for one in (self.bands, self.controls, self.viseme, self.speaks)))


class SpeechBatches:
    """Makes batches; each follows from the seed and its number alone. Belongs to one thread."""

    def __init__(self, folders: Sequence[Path], *, batch: int, seed: int) -> None:
        """Read all speakers.

        Raises:
            TrainingError: a file is missing or damaged.
        """
        self._speakers = [read_speaker(folder) for folder in folders]
        self._batch, self._seed = batch, seed

    def make(self, number: int) -> SpeechBatch:
        """The batch of a number."""
        random = np.random.default_rng([self._seed, number])
        crops = []
        for _ in range(self._batch):
            speaker = self._speakers[int(random.integers(len(self._speakers)))]
            first = int(random.integers(max(DELAYS), max(len(speaker.mel) - 2 * FRAMES, max(DELAYS) + 1)))
            bands, *truth = crop_of(speaker, first, FRAMES)
            bands = bands + np.float32(random.normal(0.0, _LOUDER))
            if random.random() < _MASKED:
                width = int(random.integers(1, _MASK_BANDS + 1))
                low = int(random.integers(0, 40 - width))
                for spectrum in (0, 40):
                    bands[:, spectrum + low : spectrum + low + width] = bands.mean()
            crops.append((bands, *truth))
        return stacked(crops)


def crop_of(
    speaker: SpeakerData, first: int, frames: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Bands (T, 80), controls (T, D, 11), viseme (T, D) and speaks (T, D) of the frames from spectrum `first` on."""
    mel = np.asarray(speaker.mel[first : first + 2 * frames], np.float32)
    frames = len(mel) // 2
    newest = first + 2 * np.arange(frames) + 1
    places = np.maximum(newest[:, None] - np.array(DELAYS), 0)
    return (
        mel[: 2 * frames].reshape(frames, -1),
        np.asarray(speaker.controls[places], np.float32) / 255.0,
        np.asarray(speaker.viseme[places], np.int64),
        np.asarray(speaker.speaks[places], np.float32),
    )


def stacked(crops: Sequence[tuple[np.ndarray, ...]]) -> SpeechBatch:
    """Crops of the same length as a batch."""
    return SpeechBatch(*(torch.from_numpy(np.stack(every)) for every in zip(*crops, strict=True)))
