"""Landmark file: MediaPipe's 478 points of a face in a picture, as JSON.

    {"landmarks": [[512.3, 640.1], ...]}      # pixels of the picture, x right, y down from the top left corner

It replaces detection for drawn faces, which MediaPipe detects badly, and for faces whose true landmarks are known.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.errors import LandmarkFileError

COUNT: Final = 478
MAX_BYTES: Final = 1_000_000
MAX_COORDINATE: Final = 100_000.0  # pixels


def read_landmarks(path: Path) -> NDArray[np.float32]:
    """Read the points (478, 2) float32, pixels.

    Raises:
        LandmarkFileError: the file cannot be read, or does not hold such points.
    """
    expected = f'expected {{"landmarks": [[x, y], ...]}} with {COUNT} points in pixels'
    try:
        if path.stat().st_size > MAX_BYTES:
            raise LandmarkFileError(f"{path} has {path.stat().st_size} bytes; {expected}")
        points = np.asarray(json.loads(path.read_text("utf-8"))["landmarks"], np.float32)
    except OSError as error:
        raise LandmarkFileError(
            f"{path} cannot be read ({error.strerror}); name a file of landmarks"
        ) from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise LandmarkFileError(f"{path} holds no landmarks; {expected}") from error
    if points.shape != (COUNT, 2) or not np.isfinite(points).all():
        raise LandmarkFileError(f"{path} holds landmarks of shape {points.shape}; {expected}")
    if (np.ptp(points, axis=0) < 1).any() or np.abs(points).max() > MAX_COORDINATE:
        raise LandmarkFileError(
            f"{path}: its points lie in one place, or far outside of any picture; {expected}"
        )
    return points


def write_landmarks(path: Path, points: NDArray[np.float32]) -> None:
    """Write points (478, 2), pixels, for `read_landmarks`.

    Raises:
        OSError: the file cannot be written.
    """
    rows = [[round(float(x), 2), round(float(y), 2)] for x, y in points]
    path.write_text(json.dumps({"landmarks": rows}) + "\n", encoding="utf-8")
