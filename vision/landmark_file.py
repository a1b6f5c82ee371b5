"""A file that says where a face is in a picture: MediaPipe's 478 points, told instead of looked for.

    {"landmarks": [[512.3, 640.1], ...]}      # pixels of the picture, x right, y down from the upper left corner

For drawn faces, in which MediaPipe sees little, and for faces of which the truth is known.
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
FURTHEST: Final = 100_000.0  # pixels


def read_landmarks(path: Path) -> NDArray[np.float32]:
    """The points (478, 2), pixels.

    Raises:
        LandmarkFileError: no such file, or not such points.
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
    if (np.ptp(points, axis=0) < 1).any() or np.abs(points).max() > FURTHEST:
        raise LandmarkFileError(
            f"{path}: its points lie in one place, or far outside of any picture; {expected}"
        )
    return points


def write_landmarks(path: Path, points: NDArray[np.float32]) -> None:
    """Write points (478, 2) for `read_landmarks`. Raises OSError."""
    rows = [[round(float(x), 2), round(float(y), 2)] for x, y in points]
    path.write_text(json.dumps({"landmarks": rows}) + "\n", encoding="utf-8")
