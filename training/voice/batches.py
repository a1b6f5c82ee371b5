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
from numpy.typing import NDArray
from torch import Tensor

from bridge.devices.log_mel import BANDS
from networks.voice import DELAYS
from training.errors import TrainingError
from training.voice.spectra import varied
from training.voice.speech_maker import SpeakerData, read_speaker

Floats = NDArray[np.float32]

#: Frames of a crop, 1.8 s, and those at its begin that are only listened to.
FRAMES: Final = 108
UNJUDGED: Final = 12
#: Share of the crops that are spoken by synthesizers made from recordings of people, of whom there are few.
_RECORDED: Final = 0.5


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
        speakers = [read_speaker(folder) for folder in folders]
        self._speakers = [one for one in speakers if len(one.mel) >= max(DELAYS) + 1 + 2 * FRAMES]
        if not self._speakers:
            raise TrainingError(
                f"no speaker has {2 * FRAMES / 120:.1f} s of speech; make some with: omote-train speech"
            )
        self._recorded = [one for one in self._speakers if is_recorded(str(one.named[1]))]
        self._others = [one for one in self._speakers if not is_recorded(str(one.named[1]))]
        self._batch, self._seed = batch, seed

    def make(self, number: int) -> SpeechBatch:
        """The batch of a number."""
        random = np.random.default_rng([self._seed, number])
        crops = []
        for _ in range(self._batch):
            speakers = self._recorded if random.random() < _RECORDED else self._others
            speakers = speakers or self._speakers
            speaker = speakers[int(random.integers(len(speakers)))]
            first = int(random.integers(max(DELAYS), max(len(speaker.mel) - 2 * FRAMES, max(DELAYS) + 1)))
            bands, *truth = crop_of(speaker, first, FRAMES)
            spectra = bands.reshape(2 * len(bands), BANDS)
            bands = varied(spectra, speaker.viseme[first : first + len(spectra)], random)
            crops.append((bands.reshape(-1, 2 * BANDS), *truth))
        return stacked(crops)


def is_recorded(voice: str) -> bool:
    """Whether a speaker's synthesizer was made from recordings of a person: all but espeak-ng."""
    return bool(voice) and not voice.startswith("espeak")


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
