"""Pairs: a few tracked pictures as small numbers, for tests that have neither a studio nor MediaPipe.

write_golden_samples(samples, Path("face_correction.npz"))
samples = read_golden_samples(Path("face_correction.npz"))
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import numpy as np

from measure.tracker.samples import TrackedSamples
from measure.tracker.webcam_sessions import PICTURES, STILL
from vision.face_shape import POINTS

#: Steps of a pixel, of landmarks as whole numbers.
_STEPS: Final = 32
LANDMARKS: Final = 478


def write_golden_samples(samples: TrackedSamples, path: Path) -> None:
    """Write them without still pictures, and of the landmarks only those that the bridge looks at."""
    chosen = samples.kind != STILL
    arrays: dict[str, Any] = {
        f.name: getattr(samples, f.name)[chosen] for f in fields(samples) if f.name != "drawn"
    }
    points = np.round(arrays.pop("landmarks")[:, POINTS] * _STEPS).astype(np.int16)
    # differences of neighbours pack better
    points[:, 1:] -= points[:, :-1].copy()
    for name in ("blendshapes", "expression", "gaze", "pose"):
        arrays[name] = np.round(arrays[name] * 4096).astype(np.int16)
    np.savez_compressed(path, points=points, **arrays)


def read_golden_samples(path: Path) -> TrackedSamples:
    """As they were, to the precision that was kept; landmarks that nobody looks at are NaN."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    points = np.cumsum(arrays.pop("points"), axis=1, dtype=np.int64) / _STEPS
    landmarks = np.full((len(points), LANDMARKS, 3), np.nan, np.float32)
    landmarks[:, POINTS] = points
    for name in ("blendshapes", "expression", "gaze", "pose"):
        arrays[name] = (arrays[name] / 4096).astype(np.float32)
    people = len(np.unique(arrays["person"]))
    return TrackedSamples(landmarks=landmarks, **arrays, drawn=np.array(people * PICTURES))
