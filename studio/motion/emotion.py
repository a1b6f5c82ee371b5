"""Emotion arcs: one of eight emotions rises (onset), stays (apex) and falls (offset); pauses separate most arcs.

Some arcs begin during the offset of the one before, so that for a moment both emotions are present.

Source: P. Ekman, "Darwin, deception, and facial expression", Annals NYAS 1000, 2003 (onset, apex, offset; felt
expressions last between 0.5 and 4 s, moods longer).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.channels import EMOTIONS
from studio.motion.timeline import Timeline, minimum_jerk
from studio.seeds import random_of

#: Intensities below this are not visible; the face is labelled as having no emotion.
QUIET: Final = 0.08
#: Upper bound of an arc's duration.
_LONGEST_S: Final = 14.0


@dataclass(frozen=True, slots=True)
class EmotionArc:
    """One emotion from onset to offset; `number` is its index in EMOTIONS, `peak` its intensity at the apex, 0..1."""

    begin_s: float
    number: int
    peak: float
    onset_s: float
    apex_s: float
    offset_s: float

    @property
    def end_s(self) -> float:
        """Time at which the intensity is 0 again."""
        return self.begin_s + self.onset_s + self.apex_s + self.offset_s

    def intensity(self, time_s: float) -> float:
        """Intensity at a time, 0..1."""
        since_s = time_s - self.begin_s
        rise = minimum_jerk(since_s / self.onset_s)
        fall = minimum_jerk((since_s - self.onset_s - self.apex_s) / self.offset_s)
        return self.peak * rise * (1.0 - fall)


class EmotionArcs:
    """The emotions of one person over time."""

    def __init__(self, seed: int) -> None:
        self._arcs = Timeline(_plan(seed))

    def intensities(self, time_s: float) -> NDArray[np.float32]:
        """Intensities (8,) float32, 0..1, in the order of EMOTIONS."""
        out = np.zeros(len(EMOTIONS), np.float32)
        for arc in self._arcs.between(time_s - _LONGEST_S, time_s):
            out[arc.number] = max(out[arc.number], arc.intensity(time_s))
        return out


def dominant(intensities: NDArray[np.float32]) -> tuple[int, float]:
    """The emotion that a face is labelled with.

    Args:
        intensities: (8,) float32, 0..1, in the order of EMOTIONS.

    Returns:
        Index in EMOTIONS of the strongest, -1 if it is weaker than QUIET, and its intensity.
    """
    strongest = int(intensities.argmax())
    intensity = float(intensities[strongest])
    return (strongest, intensity) if intensity >= QUIET else (-1, intensity)


def _plan(seed: int) -> Iterator[tuple[float, EmotionArc]]:
    random = random_of("emotions", seed)
    time_s = -float(random.uniform(0.0, 8.0))
    while True:
        arc = EmotionArc(
            begin_s=time_s,
            number=int(random.integers(len(EMOTIONS))),
            peak=float(random.uniform(0.25, 1.0)),
            onset_s=float(random.uniform(0.3, 1.2)),
            apex_s=float(random.uniform(0.6, 6.0)),
            offset_s=float(random.uniform(0.5, 2.2)),
        )
        yield time_s, arc
        is_blended = random.random() < 0.3
        time_s = arc.end_s - arc.offset_s if is_blended else arc.end_s + float(random.uniform(0.2, 3.5))
