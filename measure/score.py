"""Score: one frame's figures, and their means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

NAN: Final = float("nan")


@dataclass(frozen=True, slots=True)
class Score:
    """One frame against the truth; nan = not measured.

    Attributes:
        psnr_*: decibels, whole picture or of a mask. ssim_*: 0..1.
        temporal: 0..255, see `metrics.temporal_error`.
        pose_deg: angle between the head's direction as a probe sees it and the true one. expression: mean error of
            the 52. gaze_deg: angle. intensity: error of the emotion's, 0..1. emotion: 1 if its name is found, else 0.
        identity: cosine to the portrait's truth. retrieved: 1 if that is the nearest of all portraits, else 0.
    """

    psnr_all: float = NAN
    psnr_face: float = NAN
    psnr_eyes: float = NAN
    psnr_mouth: float = NAN
    ssim_all: float = NAN
    ssim_face: float = NAN
    temporal: float = NAN
    pose_deg: float = NAN
    expression: float = NAN
    gaze_deg: float = NAN
    emotion: float = NAN
    intensity: float = NAN
    identity: float = NAN
    retrieved: float = NAN


FIGURES: Final = tuple(field.name for field in fields(Score))
PROBED: Final = FIGURES[FIGURES.index("pose_deg") :]


@dataclass(frozen=True, slots=True)
class FrameScore:
    """A Score and what it is of. `method` "truth" is the true picture itself: the probes' floor."""

    method: str
    protocol: str
    identity: int
    word: str
    score: Score


def mean_score(rows: Iterable[FrameScore]) -> Score:
    """Means of what was measured."""
    scores = [row.score for row in rows]
    return Score(**{name: _mean([getattr(score, name) for score in scores]) for name in FIGURES})


def _mean(values: list[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else NAN
