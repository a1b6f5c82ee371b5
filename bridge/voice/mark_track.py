"""MarkTrack: the sounds of speech that somebody told with their times, and the mouth at a time among them.

    track = MarkTrack()
    track.add(timed_phones(...))
    mouth = track.at(0.4)       # None: nothing is told about that moment

Where a track has something to say, it is surer than any hearing: the mouth moves at the sound's own time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.devices.speech_mouth import MOVED
from face.coarticulation import REACH_S, TimedPhone, blended
from face.mouth_controls import shapes_of
from protocol.visemes import VISEMES

#: Marks that are kept when more are added, the oldest are forgotten first; those of one recording are kept all.
MOST_MARKS: Final = 20_000
#: Longest sound, so that the ones around a moment are found by their begin.
LONGEST_S: Final = 3.0
#: At most this many sounds before and after a moment count: no speech has more within their reach.
_NEAR: Final = 64
#: Outside of the marks the hearing takes over within this time.
_EDGE_S: Final = 0.12


@dataclass(frozen=True, slots=True, eq=False)
class MarkedMouth:
    """The mouth as the marks say.

    Attributes:
        coefficients: (52,) float64 0..1.
        viseme: number in `protocol.visemes.VISEMES`.
        weight: 0..1, the share of the marks against what is heard.
        activity: 0..1, how much of a voice there is.
    """

    coefficients: NDArray[np.float64]
    viseme: int
    weight: float
    activity: float

    def mixed_with(self, heard: NDArray[np.float64]) -> NDArray[np.float64]:
        """(52,) what is heard, which is NaN where it moves nothing, and what is told; NaN where neither moves anything."""
        base = np.where(MOVED, np.nan_to_num(heard), heard)
        return base + self.weight * (self.coefficients - base)


class MarkTrack:
    """Belongs to one thread and one stream at a time."""

    def __init__(self, phones: Sequence[TimedPhone] = ()) -> None:
        """A track of these sounds, in the order of time."""
        self._phones: list[TimedPhone] = []
        self._begins: list[float] = []
        self.add(phones)

    @property
    def end_s(self) -> float:
        """End of the last sound; 0 = there is none."""
        return self._phones[-1].end_s if self._phones else 0.0

    def clear(self) -> None:
        """Forget all marks."""
        self._phones.clear()
        self._begins.clear()

    def add(self, phones: Sequence[TimedPhone]) -> None:
        """Add sounds in the order of time. They replace those that begin later than their first, and cut the one before."""
        if not phones:
            return
        keep = bisect_left(self._begins, phones[0].begin_s)
        del self._phones[keep:], self._begins[keep:]
        if self._phones and self._phones[-1].end_s > phones[0].begin_s:
            self._phones[-1] = self._phones[-1]._replace(end_s=phones[0].begin_s)
        for one in phones:
            end_s = min(one.end_s, one.begin_s + LONGEST_S)
            self._phones.append(one._replace(end_s=end_s))
            self._begins.append(one.begin_s)
        surplus = len(self._phones) - max(MOST_MARKS, len(phones))
        if surplus > 0:
            del self._phones[:surplus], self._begins[:surplus]

    def at(self, time_s: float) -> MarkedMouth | None:
        """The mouth at a time of the stream; None where there are no marks near."""
        if not self._phones:
            return None
        outside_s = max(self._begins[0] - time_s, time_s - self._phones[-1].end_s, 0.0)
        if not outside_s < _EDGE_S:
            return None
        place = bisect_left(self._begins, time_s)
        first = max(bisect_left(self._begins, time_s - REACH_S - LONGEST_S), place - _NEAR)
        last = min(bisect_left(self._begins, time_s + REACH_S), place + _NEAR)
        near = [one for one in self._phones[first:last] if one.end_s > time_s - REACH_S]
        made = blended(near, np.array([time_s]))
        return MarkedMouth(
            coefficients=shapes_of(made.controls[0], 1.0).astype(np.float64),
            viseme=int(made.viseme[0]),
            weight=1.0 - outside_s / _EDGE_S,
            activity=float(made.moving[0]),
        )

    def name_at(self, time_s: float) -> str:
        """The viseme at a time, for people; "" where there are no marks."""
        made = self.at(time_s)
        return "" if made is None else VISEMES[made.viseme]
