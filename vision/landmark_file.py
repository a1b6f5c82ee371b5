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

from protocol.errors import FileError
from protocol.regular_file import read_regular
from protocol.text_file import utf8_of
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
        data = utf8_of(read_regular(path, max_bytes=MAX_BYTES))
        points = np.asarray(json.loads(data)["landmarks"], np.float32)
    except FileError as error:
        raise LandmarkFileError(f"{error}; {expected}") from error
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
