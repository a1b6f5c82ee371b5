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

from networks.voice import DELAYS
from training.errors import TrainingError
from training.voice.speech_maker import SpeakerData, read_speaker

Floats = NDArray[np.float32]

#: Frames of a crop, 1.8 s, and those at its begin that are only listened to.
FRAMES: Final = 108
UNJUDGED: Final = 12
_BANDS: Final = 40
#: Loudness and colour are others in every crop: standard deviations in the units of a band (6 of the natural logarithm).
_LOUDER: Final = 0.25
_COLOUR, _KNOTS = 0.12, 6
#: Standard deviations of the spectrum's shift in bands, and of its stretch.
_SHIFT, _STRETCH = 0.7, 0.03
#: Share of the crops with one more background noise, and of those that lack some bands, and how many at most.
_FLOORED: Final = 0.4
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
        speakers = [read_speaker(folder) for folder in folders]
        self._speakers = [one for one in speakers if len(one.mel) >= max(DELAYS) + 1 + 2 * FRAMES]
        if not self._speakers:
            raise TrainingError(
                f"no speaker has {2 * FRAMES / 120:.1f} s of speech; make some with: omote-train speech"
            )
        self._batch, self._seed = batch, seed

    def make(self, number: int) -> SpeechBatch:
        """The batch of a number."""
        random = np.random.default_rng([self._seed, number])
        crops = []
        for _ in range(self._batch):
            speaker = self._speakers[int(random.integers(len(self._speakers)))]
            first = int(random.integers(max(DELAYS), max(len(speaker.mel) - 2 * FRAMES, max(DELAYS) + 1)))
            bands, *truth = crop_of(speaker, first, FRAMES)
            bands = _varied(bands, random)
            crops.append((bands, *truth))
        return stacked(crops)


def _varied(bands: Floats, random: np.random.Generator) -> Floats:
    """Another head, microphone, loudness and background for the same speech, (T, 80)."""
    spectra = bands.reshape(len(bands), 2, -1)
    # a longer or a shorter vocal tract moves all formants on the mel scale
    places = np.arange(_BANDS) * (1.0 + random.normal(0.0, _STRETCH)) + random.normal(0.0, _SHIFT)
    places = np.clip(places, 0.0, _BANDS - 1.001)
    whole = places.astype(np.int64)
    share = (places - whole).astype(np.float32)
    spectra = spectra[:, :, whole] * (1.0 - share) + spectra[:, :, whole + 1] * share
    knots = random.normal(0.0, _COLOUR, _KNOTS)
    curve = np.interp(np.linspace(0.0, 1.0, _BANDS), np.linspace(0.0, 1.0, _KNOTS), knots)
    spectra = spectra + (curve + random.normal(0.0, _LOUDER)).astype(np.float32)
    if random.random() < _FLOORED:
        floor = np.quantile(spectra, random.uniform(0.02, 0.45)) + random.normal(0.0, 0.15, _BANDS)
        grain = random.standard_normal(spectra.shape, np.float32) * np.float32(0.08)
        spectra = np.maximum(spectra, floor.astype(np.float32) + grain)
    if random.random() < _MASKED:
        width = int(random.integers(1, _MASK_BANDS + 1))
        low = int(random.integers(0, _BANDS - width))
        spectra[:, :, low : low + width] = spectra.mean()
    return np.asarray(spectra.reshape(len(bands), -1), np.float32)


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
