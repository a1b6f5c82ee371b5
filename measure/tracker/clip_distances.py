"""Lids and lips measured with a ruler: distances of MediaPipe's landmarks, as a judge besides its coefficients.

rows = distance_rows(reading)      # does eyeBlink follow the lids' distance, jawOpen the chin's?
"""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from measure.tracker.clip_agreement import ClipReading
from protocol.blendshapes import INDEX

Doubles = NDArray[np.float64]

#: Of the left and the right eye: pairs of points of the upper and the lower lid, and the corners.
_LIDS: Final = {
    "Left": (((386, 374), (385, 380), (387, 373)), (362, 263)),
    "Right": (((159, 145), (158, 153), (160, 144)), (33, 133)),
}
#: Inner edges of the lips, and the chin and the nose's lower end; measured in distances between the eyes' outer corners.
_LIPS: Final = ((13, 14), (312, 317), (82, 87))
_CHIN: Final = ((152, 2),)
_UNIT: Final = (33, 263)
#: Distances that vary less than this in a clip are not compared: noise of landmarks.
_MOVES: Final = 0.015


class DistanceRow(msgspec.Struct, frozen=True):
    """How coefficients follow a distance: correlations; NaN where the distance hardly varies.

    Attributes:
        name: the coefficients, with their signs. moved: standard deviation of the distance.
    """

    name: str
    moved: float
    network: float
    mediapipe: float


def distance_rows(reading: ClipReading) -> list[DistanceRow]:
    """The rows of a clip."""
    points, unit = reading.landmarks, _distance(reading.landmarks, (_UNIT,))
    rows = []
    for side, (lids, corners) in _LIDS.items():
        opening = _distance(points, lids) / _distance(points, (corners,))
        rows.append(_row(f"eyeBlink{side}", opening, reading, {f"eyeBlink{side}": -1.0}))
    rows.append(
        _row(
            "jawOpen - mouthClose",
            _distance(points, _LIPS) / unit,
            reading,
            {"jawOpen": 1.0, "mouthClose": -1.0},
        )
    )
    rows.append(_row("jawOpen", _distance(points, _CHIN) / unit, reading, {"jawOpen": 1.0}))
    return rows


def _row(name: str, distance: Doubles, reading: ClipReading, signs: dict[str, float]) -> DistanceRow:
    moved = float(distance.std())
    found = []
    for values in (reading.network, reading.mediapipe):
        answer = sum(sign * values[:, INDEX[shape]] for shape, sign in signs.items())
        answer = np.asarray(answer)
        is_known = moved > _MOVES and float(answer.std()) > 1e-6
        found.append(float(np.corrcoef(distance, answer)[0, 1]) if is_known else float("nan"))
    return DistanceRow(name, moved, *found)


def _distance(points: Doubles, pairs: tuple[tuple[int, int], ...]) -> Doubles:
    """(T,) mean distance of pairs of points (T, 478, 2)."""
    first, second = (points[:, [pair[k] for pair in pairs]] for k in range(2))
    return np.asarray(np.linalg.norm(first - second, axis=2).mean(1))
