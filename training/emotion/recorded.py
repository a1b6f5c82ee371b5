"""with_recorded: recorded calm speech in place of what some movers speak, under their emotions and their trackers' faults.

    pieces = [piece for piece in calm_speech(read_performances(folder)) if piece.person != held_out]
    takes = with_recorded(takes, pieces, seed=0)

Recorded people speak otherwise than the studio's. Few are at hand, so the filter is measured on people who were left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import BLENDSHAPES
from training.emotion.combining import combine_expressions
from training.emotion.real_takes import Performance
from training.emotion.takes import Takes

Floats = NDArray[np.float32]

#: Share of the movers who speak with recorded mouths.
SHARE: Final = 0.35
#: Frames over which one piece fades into the next.
_FADE: Final = 9


#: Lids and looks stay the studio's: they were edited out of some recordings.
_MOVES: Final = np.array([not name.startswith(("eyeBlink", "eyeLook")) for name in BLENDSHAPES])


def with_recorded(takes: Takes, pieces: Sequence[Performance], seed: int) -> Takes:
    """The same takes, in which every mover of a random share speaks pieces of recorded speech, one after the other.

    Args:
        pieces: of `calm_speech`, all equally long; none: the takes stay as they are.
        seed: of all choices.
    """
    if not pieces:
        return takes
    random = np.random.default_rng((13, seed))
    spoken, seen = takes.spoken.copy(), takes.seen.copy()
    for mover in np.flatnonzero(random.random(len(spoken)) < SHARE):
        felt = np.clip(takes.felt[mover] * takes.gains[mover], 0.0, 1.0).astype(np.float32)
        faults = takes.seen[mover] - combine_expressions(takes.spoken[mover], felt)
        speech = _joined(random, pieces, spoken.shape[1])
        moves = (takes.gains[mover] > 0.0) & _MOVES
        spoken[mover] = np.where(moves, np.clip(speech * _strength(random), 0.0, 1.0), takes.spoken[mover])
        seen[mover] = np.clip(combine_expressions(spoken[mover], felt) + faults, 0.0, 1.0)
    return replace(takes, spoken=spoken, seen=seen)


def _strength(random: np.random.Generator) -> np.float32:
    return np.float32(np.exp(random.normal(0.0, 0.15)))


def _joined(random: np.random.Generator, pieces: Sequence[Performance], frames: int) -> Floats:
    """Random pieces one after the other, each fading into the next: (frames, 52)."""
    made = np.zeros((frames, pieces[0].expression.shape[1]), np.float32)
    rise: Floats = ((np.arange(_FADE) + 0.5) / _FADE).astype(np.float32)[:, None]
    at = 0
    while at < frames:
        piece = pieces[int(random.integers(len(pieces)))].expression[: frames - at].copy()
        fade = min(_FADE, len(piece)) if at else 0
        piece[:fade] *= rise[:fade]
        made[at : at + fade] *= 1.0 - rise[:fade]
        made[at : at + fade] += piece[:fade]
        made[at + fade : at + len(piece)] = piece[fade:]
        at += max(len(piece) - _FADE, 1) if at + len(piece) < frames else frames
    return made
