"""Stops: the times of [p], [t], [k] and their like, as the sound shows them.

    spoken = with_closures(spoken)

Synthesizers disagree about a stop. A formant synthesizer reports it at its burst, and counts the silence before it to the
sound before; recorded voices begin it in the vowel and end it behind the breath after the burst; a neural one is off by as
much as a closure is long. The lips of a [p] are shut from the beginning of the silence to the burst, and so every stop
gets these two times, wherever its silence is found. What the network learns, and what it is judged by, is then the same for
all of them.

Source: K. Stevens, "Acoustic Phonetics", 1998, chapters 7 and 8: a closure is quiet but for a voice bar below 500 Hz, ends
in a burst, and breath may follow until the vowel.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.phones import parts_of
from training.voice.utterance import Sound, Utterance

Levels = NDArray[np.float64]

#: Levels are of blocks of this length.
_BLOCK_S: Final = 0.0025
#: A silence is searched for from this long before the reported time on, and until this long after it.
_BEFORE_S, _AFTER_S = 0.13, 0.03
#: A closure lasts at least, and at most, this long.
_SHORTEST_S, _LONGEST_S = 0.015, 0.16
#: A closure behind a pause cannot be heard; it is this long.
_HIDDEN_S: Final = 0.06
#: Lips and tongue part at the burst.
_BURST_S: Final = 0.012
#: A silence is at least this much quieter than the sounds beside it, and no deeper one counts, decibels; it lasts as long
#: as the level is in this lowest share of the way up.
_DEPTH_DB, _DEEPEST_DB, _SHARE = 14.0, 45.0, 0.35
#: A neighbour keeps at least this time.
_LEAST_S: Final = 0.005
#: Neighbours beyond this time are not compared with.
_BESIDE_S: Final = 0.05
#: Visemes of stops that are released at once, which affricates are not.
_PLAIN: Final = (1, 4, 5)


def with_closures(spoken: Utterance) -> Utterance:
    """Let every stop last from the beginning of its silence to its burst; one without any silence stays as it is."""
    levels = _levels(spoken)
    sounds = list(spoken.sounds)
    for place in range(1, len(sounds)):
        if not _is_stop(sounds[place]):
            continue
        after = sounds[place + 1] if place + 1 < len(sounds) else Sound("", sounds[place].end_s, spoken.end_s)
        found = _closure(levels, sounds[place - 1], sounds[place], after)
        if found is None:
            continue
        begin_s, burst_s = found
        parts = parts_of(sounds[place].ipa)
        end_s = sounds[place].end_s
        if len(parts) == 1 and parts[0][0].viseme in _PLAIN:
            end_s = min(burst_s + _BURST_S, after.end_s - _LEAST_S)
        end_s = max(end_s, burst_s)
        sounds[place - 1] = replace(sounds[place - 1], end_s=begin_s)
        sounds[place] = replace(sounds[place], begin_s=begin_s, end_s=end_s)
        if place + 1 < len(sounds):
            sounds[place + 1] = replace(after, begin_s=end_s)
    return replace(spoken, sounds=tuple(sounds))


def _levels(spoken: Utterance) -> Levels:
    """Decibels of each block above the voice bar, which a voiced closure keeps."""
    bright = np.diff(spoken.samples, prepend=np.float32(0.0))
    # a second difference: 12 dB an octave, so that 150 Hz lie 50 dB below 2.5 kHz
    bright = np.diff(bright, prepend=np.float32(0.0))
    block = max(1, round(_BLOCK_S * spoken.rate))
    count = len(bright) // block
    power = np.square(bright[: count * block], dtype=np.float64).reshape(count, block).mean(1)
    power = np.convolve(power, [0.25, 0.5, 0.25], "same") if count else power
    return np.asarray(10.0 * np.log10(power + 1e-12))


def _closure(levels: Levels, before: Sound, stop: Sound, after: Sound) -> tuple[float, float] | None:
    """Begin of a stop's silence and its burst, seconds; None = there is no silence.

    Args:
        before, stop, after: as they are reported; "" = a pause.
    """
    # 1. where it may lie: not beyond the middle of a neighbour, nor in another stop
    first_s = max(stop.begin_s - _BEFORE_S, before.begin_s + 0.3 * (before.end_s - before.begin_s))
    last_s = min(stop.end_s + _AFTER_S, after.begin_s + 0.5 * (after.end_s - after.begin_s))
    if _is_stop(before):
        first_s = stop.begin_s
    if _is_stop(after):
        last_s = stop.begin_s + 0.6 * (stop.end_s - stop.begin_s)
    elif not after.ipa:
        last_s = stop.end_s
    is_hidden = not parts_of(before.ipa)
    if is_hidden:
        first_s = max(before.begin_s, stop.begin_s - _HIDDEN_S)
    first, last = (round(one / _BLOCK_S) for one in (first_s, last_s))
    here = levels[max(first, 0) : last]
    if len(here) * _BLOCK_S < _SHORTEST_S:
        return None
    # 2. how quiet is a silence here: between its deepest place and the sounds beside it
    beside = round(_BESIDE_S / _BLOCK_S)
    loud = float(levels[max(first - beside, 0) : last + beside].max())
    deepest = max(float(here.min()), loud - _DEEPEST_DB)
    if loud - deepest < _DEPTH_DB:
        return None
    # 3. the first long stretch
    begin, end = _first_long_run(here <= deepest + _SHARE * (loud - deepest))
    begin_s, burst_s = ((max(first, 0) + one) * _BLOCK_S for one in (begin, end))
    if burst_s - begin_s < _SHORTEST_S:
        return None
    begin_s = max(begin_s, burst_s - (_HIDDEN_S if is_hidden else _LONGEST_S))
    return max(begin_s, before.begin_s + _LEAST_S), burst_s


def _first_long_run(is_quiet: NDArray[np.bool_]) -> tuple[int, int]:
    """Begin and end of the first stretch at least half as long as the longest: what follows may be another stop's."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_quiet, [False]]).astype(np.int8)))
    begins, ends = edges[::2], edges[1::2]
    if not len(begins):
        return 0, 0
    lengths = ends - begins
    first = int(np.flatnonzero(2 * lengths >= lengths.max())[0])
    return int(begins[first]), int(ends[first])


def _is_stop(sound: Sound) -> bool:
    parts = parts_of(sound.ipa)
    return bool(parts) and parts[0][0].is_stop
