"""Figures of an emotion filter on movers that it was not trained on, and curves to look at.

figures = figures_of(takes, filtered)       # filtered: (M, T, 52)
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from face.emotion_filter import ARTICULATION
from networks.emotion_filter import LOWER, UPPER
from protocol.blendshapes import BLENDSHAPES, INDEX
from training.emotion.combining import closures
from training.emotion.takes import Takes

Floats = NDArray[np.float32]

#: Intensity of the strongest emotion from which a face counts as emotional, and below which it is calm.
FELT: Final = 0.3
CALM: Final = 0.02
#: A closure counts as spoken from here on, and as kept from there.
SHUT: Final = 0.8
KEPT: Final = 0.7
LIPS: Final = [INDEX[name] for name in ARTICULATION]
LIDS: Final = [i for i, name in enumerate(BLENDSHAPES) if name.startswith("eyeBlink")]
_DRAWN: Final = (
    "jawOpen", "mouthClose", "mouthSmileLeft", "mouthStretchLeft", "mouthPucker", "browDownLeft", "browInnerUp",
    "eyeBlinkLeft",
)  # fmt: skip


def figures_of(takes: Takes, filtered: Floats) -> dict[str, float]:
    """Root mean square errors against what was spoken, and what became of closures.

    Args:
        filtered: (M, T, 52) float32.

    Returns:
        lips, lower, upper, lids: error in an emotion; with _calm: without one. closures: share of the spoken ones that are
        kept. shut: of those that the tracker reports shut. jitter: mean change of the error from frame to frame.
    """
    strongest = takes.intensities.max(-1)
    felt, calm = strongest > FELT, strongest < CALM
    away = filtered - takes.spoken
    figures = {}
    for name, shapes in (("lips", LIPS), ("lower", list(LOWER)), ("upper", list(UPPER)), ("lids", LIDS)):
        figures[name] = _rms(away[felt][:, shapes])
        figures[f"{name}_calm"] = _rms(away[calm][:, shapes])
    figures["closures"] = closures_kept(takes.spoken, filtered)
    figures["shut"] = closures_kept(takes.spoken, filtered, takes.seen)
    figures["jitter"] = float(np.abs(np.diff(away, axis=1)).mean())
    return figures


def closures_kept(spoken: Floats, filtered: Floats, tracked: Floats | None = None) -> float:
    """Share of the moments (..., 52) with the lips shut over an open jaw at which they stay so; 1 if there is none.

    Args:
        tracked: count only moments at which the tracker reports them shut: what the filter itself loses.
    """
    shut = (closures(spoken) > SHUT) & (spoken[..., INDEX["jawOpen"]] > 0.05)
    if tracked is not None:
        shut &= _are_shut(tracked)
    return float(_are_shut(filtered)[shut].mean()) if shut.any() else 1.0


def _are_shut(expressions: Floats) -> NDArray[np.bool_]:
    """Where lips are shut, or the jaw is: (...) of (..., 52)."""
    gap = expressions[..., INDEX["jawOpen"]] - expressions[..., INDEX["mouthClose"]]
    shut: NDArray[np.bool_] = (closures(expressions) > KEPT) | (gap < 0.02)
    return shut


def write_curves(takes: Takes, filtered: Floats, path: Path, mover: int = 0) -> None:
    """Draw one mover's first 20 seconds: tracked grey, spoken green, filtered blue, emotion as a red bar."""
    frames = min(takes.seen.shape[1], 600)
    width, high = 1300, 110
    sheet = np.full((high * len(_DRAWN), width, 3), 255, np.uint8)
    across = np.arange(frames) * (width - 120) / frames + 110
    for row, name in enumerate(_DRAWN):
        top, shape = row * high, INDEX[name]
        felt = takes.intensities[mover, :frames].max(-1)
        for x, level in zip(across.astype(int), felt, strict=True):
            shade = (255 - 60 * level) * np.ones(3)
            sheet[top : top + high - 6, x : x + 2] = (shade[0], shade[1], 255)
        for values, colour, thick in (
            (takes.seen, (150, 150, 150), 1),
            (takes.spoken, (60, 170, 60), 2),
            (filtered, (220, 60, 0), 1),
        ):
            y = top + (high - 10) * (1.0 - values[mover, :frames, shape]) + 2
            points = np.stack([across, y], 1).round().astype(np.int32)
            cv2.polylines(sheet, [points[:, None]], False, colour, thick, cv2.LINE_AA)
        cv2.putText(sheet, name, (2, top + 20), cv2.FONT_HERSHEY_SIMPLEX, 0.38, (0, 0, 0), 1, cv2.LINE_AA)
    cv2.imwrite(str(path), sheet)


def _rms(away: Floats) -> float:
    return float(np.sqrt(np.square(away).mean())) if away.size else 0.0
