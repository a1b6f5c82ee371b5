"""with_quick_changes: emotions of some movers change from one frame to the next few, as acted ones do.

takes = with_quick_changes(takes, seed=0)

The studio's arcs rise over a third of a second and more. A take's emotions are cut into pieces here, most of which are
emotional, and put together anew; speech and the tracker's faults stay.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.emotion.combining import combine_expressions
from training.emotion.movers import RATE_HZ
from training.emotion.takes import Takes

Floats = NDArray[np.float32]

#: Share of the movers; length of a piece, seconds; frames from one piece to the next.
_SHARE: Final = 0.3
_PIECE_S: Final = (0.5, 5.0)
_FRAMES: Final = (2, 10)
#: Share of the pieces that begin where an emotion of at least this intensity is felt.
_EMOTIONAL: Final = 0.6
_FELT: Final = 0.3


def with_quick_changes(takes: Takes, seed: int) -> Takes:
    """The same movers; a random share of them feels in pieces."""
    random = np.random.default_rng((19, seed))
    seen, felt, intensities = takes.seen.copy(), takes.felt.copy(), takes.intensities.copy()
    for mover in np.flatnonzero(random.random(len(seen)) < _SHARE):
        gains, spoken = takes.gains[mover], takes.spoken[mover]
        faults = seen[mover] - combine_expressions(spoken, np.clip(felt[mover] * gains, 0.0, 1.0))
        whole = np.concatenate([felt[mover], intensities[mover]], 1)
        pieces = _cut(random, whole, intensities[mover].max(-1))
        felt[mover], intensities[mover] = np.split(pieces, [felt.shape[2]], 1)
        shown = combine_expressions(spoken, np.clip(felt[mover] * gains, 0.0, 1.0)) + faults
        seen[mover] = np.clip(shown, 0.0, 1.0)
    return replace(takes, seen=seen, felt=felt, intensities=intensities)


def _cut(random: np.random.Generator, values: Floats, strength: Floats) -> Floats:
    """Pieces of (T, K) from anywhere, each of which fades into the next: (T, K)."""
    made = np.empty_like(values)
    emotional = np.flatnonzero(strength > _FELT)
    last, at = np.zeros_like(values[0]), 0
    while at < len(values):
        length = round(RATE_HZ * float(np.exp(random.uniform(*np.log(_PIECE_S)))))
        length = min(length, len(values) - at)
        is_emotional = len(emotional) > 0 and random.random() < _EMOTIONAL
        begin = int(random.choice(emotional)) if is_emotional else int(random.integers(len(values)))
        piece = values[np.minimum(begin + np.arange(length), len(values) - 1)]
        fade = int(random.integers(*_FRAMES))
        share = np.clip((np.arange(length) + 1.0) / fade, 0.0, 1.0).astype(np.float32)[:, None]
        made[at : at + length] = last + (piece - last) * share
        last, at = made[at + length - 1], at + length
    return made
