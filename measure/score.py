"""Score: the figures of one frame, and their means."""

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
        psnr_*: decibels, of the whole picture or a mask. ssim_*: 0..1.
        sharp: gradient energy over the truth's, in the face; see `image_metrics.sharpness`.
        temporal: 0..255, see `image_metrics.temporal_error`.
        pose_deg: angle between the head rotation that a probe reads and the true one, degrees.
        expression: mean absolute error of the 52 coefficients.
        gaze_deg: error of the gaze, degrees.
        emotion: 1 if the strongest emotion is the true one, else 0.
        intensity: absolute error of the emotion's intensity, 0..1.
        identity: cosine similarity to the identity of the person's portrait.
        retrieved: 1 if that portrait is the nearest of all portraits, else 0.
    """

    psnr_all: float = NAN
    psnr_person: float = NAN
    psnr_face: float = NAN
    psnr_eyes: float = NAN
    psnr_mouth: float = NAN
    ssim_all: float = NAN
    ssim_face: float = NAN
    sharp: float = NAN
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
    """A Score and its frame. `method` "truth" scores the true picture itself: the probes' own error."""

    method: str
    protocol: str
    identity: int
    word: str
    score: Score


def mean_score(rows: Iterable[FrameScore]) -> Score:
    """Mean of every figure over the frames in which it was measured; nan where there are none."""
    scores = [row.score for row in rows]
    return Score(**{name: _mean([getattr(score, name) for score in scores]) for name in FIGURES})


def _mean(values: list[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else NAN
