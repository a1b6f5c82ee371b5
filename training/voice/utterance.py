"""Utterance: synthetic speech with the times of its sounds.

spoken = Utterance(samples, rate, (Sound("p", 0.10, 0.18), Sound("a", 0.18, 0.30)))
stretched(spoken, 1.1)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound in the IPA, and its time; "" is a pause."""

    ipa: str
    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Utterance:
    """Speech.

    Attributes:
        samples: (N,) float32, -1..1. rate: samples a second.
        sounds: in the order of time, without gaps.
    """

    samples: Floats
    rate: int
    sounds: tuple[Sound, ...]

    @property
    def end_s(self) -> float:
        """Its length."""
        return len(self.samples) / self.rate


def stretched(spoken: Utterance, factor: float, rate: int) -> Utterance:
    """Play at another speed, which moves pitch, formants and tempo together, and bring to a rate.

    Args:
        factor: above 1: faster, higher, as of a smaller head.
        rate: of the result, samples a second.
    """
    count = int(len(spoken.samples) / spoken.rate / factor * rate)
    places = np.arange(count) * (factor * spoken.rate / rate)
    samples = np.interp(places, np.arange(len(spoken.samples)), spoken.samples).astype(np.float32)
    sounds = tuple(
        replace(one, begin_s=one.begin_s / factor, end_s=one.end_s / factor) for one in spoken.sounds
    )
    return Utterance(samples, rate, sounds)


def joined(parts: list[Utterance], pauses_s: list[float]) -> Utterance:
    """Utterances of one rate behind each other.

    Args:
        pauses_s: silence before each, and after the last.
    """
    rate = parts[0].rate
    samples: list[Floats] = []
    sounds: list[Sound] = []
    time_s = 0.0
    for part, pause_s in zip(parts, pauses_s, strict=False):
        gap = np.zeros(round(pause_s * rate), np.float32)
        samples.append(gap)
        sounds.append(Sound("", time_s, time_s + len(gap) / rate))
        time_s += len(gap) / rate
        samples.append(part.samples)
        sounds += [
            replace(one, begin_s=one.begin_s + time_s, end_s=one.end_s + time_s) for one in part.sounds
        ]
        time_s += part.end_s
    gap = np.zeros(round(pauses_s[-1] * rate), np.float32)
    samples.append(gap)
    sounds.append(Sound("", time_s, time_s + len(gap) / rate))
    return Utterance(np.concatenate(samples), rate, tuple(sounds))
