"""Alignment: when each sound of a known text is said, from what a network hears.

    timed = aligned([SpokenSound(PHONES["h"]), ...], heard)
    timed.phones                 # TimedPhones, pauses left out
    timed.fit                    # 0..1, how well text and sound agree

The most likely times of the sounds in their order, with a pause between any two where one is heard (Viterbi).

Source: L. Rabiner, "A tutorial on hidden Markov models", Proc. IEEE 77, 1989, section III.B; likelihoods are the posteriors
divided by the priors, as in H. Bourlard, N. Morgan, "Connectionist speech recognition", 1994.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bridge.errors import SoundError
from face.coarticulation import TimedPhone
from face.phones import SILENCE, Phone

#: Steps of the alignment a second; no sound is shorter than one.
STEPS_A_SECOND: Final = 120
#: How often each viseme is heard in speech of many languages, and the power with which that is divided out.
_PRIORS: Final = np.array([.12, .07, .03, .01, .10, .09, .03, .08, .12, .04, .15, .13, .12, .08, .06])  # fmt: skip
_PRIOR_POWER: Final = 0.5
_FLOOR: Final = 1e-3
#: Logarithm of the cost of a pause inside a word and between words.
_PAUSE_IN_WORD: Final = -6.0
_PAUSE: Final = -2.0
#: States that are this much less likely than the best are given up.
_BEAM: Final = 250.0
#: States of all moments together, a byte each: hundreds a moment in an hour of speech, where text and sound agree.
_MOST_STATES: Final = 1_000_000_000
_SIL: Final = 0


class SpokenSound(NamedTuple):
    """A sound of the text; `begins_word`: whether a word begins with it."""

    phone: Phone
    begins_word: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class HeardVisemes:
    """What a network hears in a recording.

    Attributes:
        times_s: (T,) rising, the moments. shares: (T, 15) of `protocol.visemes.VISEMES`, each row with the sum 1.
    """

    times_s: NDArray[np.float64]
    shares: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class AlignedText:
    """The sounds of a text with their times.

    Attributes:
        phones: in the order of time; a pause that is heard is a gap between two of them.
        fit: the mean share that was heard of the viseme that the text has at each time, without pauses.
    """

    phones: tuple[TimedPhone, ...]
    fit: float


def aligned(sounds: Sequence[SpokenSound], heard: HeardVisemes) -> AlignedText:
    """Find the times of sounds.

    Raises:
        SoundError: there is no sound in the text, more than the recording can hold, or they do not fit at all.
    """
    begin_s, end_s = float(heard.times_s[0]), float(heard.times_s[-1])
    count = int((end_s - begin_s) * STEPS_A_SECOND) + 1
    if not sounds:
        raise SoundError("the text has no sounds; give what is said in the recording")
    if len(sounds) >= count:
        raise SoundError(
            f"the text has {len(sounds)} sounds, too many for {end_s - begin_s:.1f} s; give what is said in the recording"
        )
    at_s = begin_s + np.arange(count) / STEPS_A_SECOND
    shares = np.stack([np.interp(at_s, heard.times_s, one) for one in heard.shares.T], axis=1)
    scores = np.log(shares + _FLOOR) - _PRIOR_POWER * np.log(_PRIORS)
    states = _best_path(scores, sounds)
    # an even state is a pause, state 2 n + 1 the n-th sound
    runs: list[tuple[int, int, int]] = []
    cuts = [0, *(np.flatnonzero(np.diff(states)) + 1).tolist(), count]
    for first, last in itertools.pairwise(cuts):
        if states[first] % 2:
            runs.append((int(states[first]) // 2, first, last))
    visemes = np.array([one.phone.viseme for one in sounds])
    said = states % 2 == 1
    fit = float(shares[said, visemes[states[said] // 2]].mean())
    step_s = 1.0 / STEPS_A_SECOND
    phones = [
        TimedPhone(sounds[number].phone, begin_s + first * step_s, begin_s + last * step_s)
        for number, first, last in _evened(runs, visemes)
    ]
    return AlignedText(tuple(phones), fit)


def with_pauses(phones: Sequence[TimedPhone], shortest_s: float = 0.06) -> list[TimedPhone]:
    """Fill the gaps between sounds with silence; a shorter gap belongs to the sound before it."""
    made: list[TimedPhone] = []
    for one in phones:
        if made and one.begin_s > made[-1].end_s:
            if one.begin_s - made[-1].end_s < shortest_s:
                made[-1] = made[-1]._replace(end_s=one.begin_s)
            else:
                made.append(TimedPhone(SILENCE, made[-1].end_s, one.begin_s))
        made.append(one)
    return made


def _best_path(scores: NDArray[np.float64], sounds: Sequence[SpokenSound]) -> NDArray[np.int64]:
    """(T,) states: 2 n + 1 = the n-th sound, even = the pause before it."""
    count = 2 * len(sounds) + 1
    viseme = np.full(count, _SIL)
    viseme[1::2] = [one.phone.viseme for one in sounds]
    enter = np.zeros(count)
    enter[2:-1:2] = [_PAUSE if one.begins_word else _PAUSE_IN_WORD for one in sounds[1:]]
    low, high = 0, 2
    best = np.array([scores[0, viseme[0]], scores[0, viseme[1]]])
    steps: list[tuple[int, NDArray[np.uint8]]] = [(0, np.zeros(2, np.uint8))]
    kept = 0
    for row in scores[1:]:
        top = min(high + 2, count)
        padded = np.full(top - low + 2, -np.inf)
        padded[2 : 2 + high - low] = best
        stay, step, skip = padded[2:], padded[1:-1] + enter[low:top], padded[:-2].copy()
        skip[low % 2 :: 2] = -np.inf  # only a sound follows a sound directly
        choices = np.stack([stay, step, skip])
        taken = choices.argmax(axis=0)
        best = choices[taken, np.arange(top - low)] + row[viseme[low:top]]
        steps.append((low, taken.astype(np.uint8)))
        kept += len(taken)
        if kept > _MOST_STATES:
            raise SoundError(
                "text and recording do not fit, or are too long for what can be heard in them; give what is said in the "
                "recording, or cut both into parts"
            )
        near = np.flatnonzero(best > best.max() - _BEAM)
        best = best[near[0] : near[-1] + 1]
        low, high = low + int(near[0]), low + int(near[-1]) + 1
    ends = [one for one in (count - 1, count - 2) if low <= one < high]
    if not ends:
        raise SoundError("text and recording do not fit; give what is said in the recording")
    state = max(ends, key=lambda one: float(best[one - low]))
    path = np.empty(len(scores), np.int64)
    for number in range(len(scores) - 1, -1, -1):
        path[number] = state
        first, taken = steps[number]
        state -= int(taken[state - first])
    return path


def _evened(runs: list[tuple[int, int, int]], visemes: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Neighbours of one viseme cannot be told apart: they share their time evenly."""
    made = list(runs)
    first = 0
    for last in range(1, len(runs) + 1):
        goes_on = (
            last < len(runs)
            and visemes[runs[last][0]] == visemes[runs[first][0]]
            and runs[last][1] == runs[last - 1][2]
        )
        if goes_on:
            continue
        cuts = np.linspace(runs[first][1], runs[last - 1][2], last - first + 1).round().astype(int)
        for place in range(first, last):
            made[place] = (runs[place][0], int(cuts[place - first]), int(cuts[place - first + 1]))
        first = last
    return made
