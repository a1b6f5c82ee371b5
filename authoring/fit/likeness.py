"""Likeness: how near an avatar's pictures are to true ones, and whether a change of the avatar is worth keeping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: A change is kept if the face comes nearer by this on average, dB,
LEAST_GAIN_DB: Final = 0.1
#: in this share of the frames,
LEAST_SHARE: Final = 0.75
#: and the whole picture loses no more than this, dB, and the face's sharpness is no farther from the truth's than this.
MOST_LOSS_DB: Final = 0.05
MOST_BLUR: Final = 0.02
_BEST_DB: Final = 60.0


@dataclass(frozen=True, slots=True)
class Likeness:
    """One picture against the truth.

    Attributes:
        face_db, all_db: PSNR inside the face's outline, and of all that is known.
        sharpness: gradient energy of the face over the truth's; 1 = as sharp.
    """

    face_db: float
    all_db: float
    sharpness: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a change is kept.

    Attributes:
        is_kept: the answer.
        text: with figures, for the report.
    """

    is_kept: bool
    text: str


def likeness(
    picture: NDArray[np.uint8],
    truth: NDArray[np.uint8],
    face: NDArray[np.bool_],
    known: NDArray[np.bool_],
) -> Likeness:
    """Compare two pictures (S, S, 3); masks are (S, S) and not empty."""
    made, meant = picture.astype(np.float32), truth.astype(np.float32)
    squares = np.square(made - meant).mean(-1)
    return Likeness(
        _decibels(squares[face]),
        _decibels(squares[known]),
        _energy(made, face) / max(_energy(meant, face), 1e-6),
    )


def verdict(before: Sequence[Likeness], after: Sequence[Likeness]) -> Verdict:
    """Judge a change by frames that it was not made with.

    Args:
        before, after: of the same frames, at least one.
    """
    gains = [new.face_db - old.face_db for old, new in zip(before, after, strict=True)]
    gain_db = float(np.mean(gains))
    loss_db = float(np.mean([old.all_db - new.all_db for old, new in zip(before, after, strict=True)]))
    old_sharp, new_sharp = (float(np.mean([one.sharpness for one in rows])) for rows in (before, after))
    better = sum(gain > 0 for gain in gains)
    figures = (
        f"face {gain_db:+.2f} dB, better in {better} of {len(gains)} frames that it was not fitted to, "
        f"picture {-loss_db:+.2f} dB, sharpness {old_sharp:.2f} -> {new_sharp:.2f}"
    )
    reasons = [
        reason
        for is_wrong, reason in (
            (gain_db < LEAST_GAIN_DB, f"less than {LEAST_GAIN_DB} dB are gained"),
            (better < LEAST_SHARE * len(gains), "too few frames are better"),
            (loss_db > MOST_LOSS_DB, "the whole picture is worse"),
            (abs(new_sharp - 1) > abs(old_sharp - 1) + MOST_BLUR, "sharpness is farther from the truth's"),
        )
        if is_wrong
    ]
    if reasons:
        return Verdict(False, f"not kept, because {reasons[0]}: {figures}")
    return Verdict(True, f"kept: {figures}")


def _decibels(squares: NDArray[np.float32]) -> float:
    mean = float(squares.mean(dtype=np.float64))
    return min(_BEST_DB, float(10 * np.log10(255.0**2 / max(mean, 1e-12))))


def _energy(values: NDArray[np.float32], mask: NDArray[np.bool_]) -> float:
    """Sum of the squared differences to the pixels above and to the left, over a mask."""
    down, right = values[1:, 1:] - values[:-1, 1:], values[1:, 1:] - values[1:, :-1]
    return float((down * down + right * right)[mask[1:, 1:]].sum(dtype=np.float64))
