"""Golden samples: tracked pictures in a small file, for tests without the studio and without MediaPipe.

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

#: Landmarks are stored as integers in steps of 1 / 32.
_STEPS: Final = 32
LANDMARKS: Final = 478


def write_golden_samples(samples: TrackedSamples, path: Path) -> None:
    """Write samples as integers, without still pictures, and only the landmarks that the bridge uses."""
    chosen = samples.kind != STILL
    arrays: dict[str, Any] = {
        f.name: getattr(samples, f.name)[chosen] for f in fields(samples) if f.name != "drawn"
    }
    points = np.round(arrays.pop("landmarks")[:, POINTS] * _STEPS).astype(np.int16)
    # differences of neighbours compress better
    points[:, 1:] -= points[:, :-1].copy()
    for name in ("blendshapes", "expression", "gaze", "pose"):
        arrays[name] = np.round(arrays[name] * 4096).astype(np.int16)
    np.savez_compressed(path, points=points, **arrays)


def read_golden_samples(path: Path) -> TrackedSamples:
    """Read samples, to the stored precision; landmarks that the bridge does not use are NaN."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    points = np.cumsum(arrays.pop("points"), axis=1, dtype=np.int64) / _STEPS
    landmarks = np.full((len(points), LANDMARKS, 3), np.nan, np.float32)
    landmarks[:, POINTS] = points
    for name in ("blendshapes", "expression", "gaze", "pose"):
        arrays[name] = (arrays[name] / 4096).astype(np.float32)
    people = len(np.unique(arrays["person"]))
    return TrackedSamples(landmarks=landmarks, **arrays, drawn=np.array(people * PICTURES))
