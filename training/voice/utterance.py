"""Utterance: synthetic speech with the times of its sounds.

spoken = Utterance(samples, rate, (Sound("p", 0.10, 0.18), Sound("a", 0.18, 0.30)))
stretched(spoken, 1.1)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.phones import parts_of

Floats = NDArray[np.float32]

#: The closure of a stop is searched for at most this long before its burst, and is this long where a pause hides it.
_LONGEST_CLOSURE_S: Final = 0.13
_HIDDEN_CLOSURE_S: Final = 0.06
#: Lips and tongue part at the burst; what follows it is breath.
_BURST_S: Final = 0.012
_BLOCK_S: Final = 0.005
#: A closure is quieter than this share of the utterance's loud parts.
_QUIET: Final = 0.03


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


def with_closures(spoken: Utterance) -> Utterance:
    """Let stops begin with their closure.

    A formant synthesizer reports a stop at its burst, and counts the silence before it to the sound before. The mouth is
    shut from the beginning of that silence on.
    """
    block = max(1, round(_BLOCK_S * spoken.rate))
    count = len(spoken.samples) // block
    level = np.abs(spoken.samples[: count * block]).reshape(count, block).mean(1)
    quiet = _QUIET * float(np.percentile(level, 90)) if count else 0.0
    sounds = list(spoken.sounds)
    for place in range(1, len(sounds)):
        sound, before = sounds[place], sounds[place - 1]
        parts = parts_of(sound.ipa)
        if not parts or not parts[0][0].is_stop:
            continue
        burst_s = sound.begin_s
        begin_s = burst_s
        if not parts_of(before.ipa):
            begin_s = max(before.begin_s, burst_s - _HIDDEN_CLOSURE_S)
        else:
            earliest_s = max(before.begin_s + 0.3 * (burst_s - before.begin_s), burst_s - _LONGEST_CLOSURE_S)
            number = int(burst_s / _BLOCK_S) - 1
            while (
                number >= 0 and number * _BLOCK_S >= earliest_s and _is_quiet(level, number, quiet, burst_s)
            ):
                begin_s = number * _BLOCK_S
                number -= 1
        sounds[place - 1] = replace(before, end_s=begin_s)
        sounds[place] = replace(sound, begin_s=begin_s)
        if begin_s < burst_s and len(parts) == 1 and parts[0][0].viseme in (1, 4, 5):  # a stop, no affricate
            end_s = min(sound.end_s, burst_s + _BURST_S)
            sounds[place] = replace(sounds[place], end_s=end_s)
            if place + 1 < len(sounds):
                sounds[place + 1] = replace(sounds[place + 1], begin_s=end_s)
    return replace(spoken, sounds=tuple(sounds))


def _is_quiet(level: NDArray[np.floating], number: int, quiet: float, burst_s: float) -> bool:
    """Whether a block is; the one before the burst may hold its beginning."""
    return number >= len(level) or level[number] <= quiet or number >= int(burst_s / _BLOCK_S) - 1


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
