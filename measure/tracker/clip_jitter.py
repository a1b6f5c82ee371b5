"""Jitter at rest: how much answers change from picture to picture in the stillest second of a clip.

row = jitter_row(reading)
"""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from measure.tracker.clip_agreement import ClipReading
from vision.tracker_outputs import READ_PLACES

Doubles = NDArray[np.float64]

_SECOND: Final = 1.0
#: MediaPipe's outer corners of the eyes: the unit of movement.
_CORNERS: Final = (33, 263)
_FEWEST: Final = 8
#: MediaPipe reports no tongue.
_SHAPES: Final = READ_PLACES[:-1]


class JitterRow(msgspec.Struct, frozen=True):
    """Standard deviations of the differences between neighbouring pictures, network and MediaPipe.

    Attributes:
        begin_s: where the second begins. pictures: in it.
        network, mediapipe: root mean square over 43 coefficients. The others: degrees, mean over three axes of the head.
    """

    begin_s: float
    pictures: int
    network: float
    mediapipe: float
    network_pose_deg: float
    mediapipe_pose_deg: float


def jitter_row(reading: ClipReading) -> JitterRow | None:
    """The row of a clip; None if no second of it has enough pictures in a row.

    The stillest second is the one in which MediaPipe's landmarks move least, measured in distances between the eyes.
    """
    begin = stillest(reading)
    if begin is None:
        return None
    chosen = slice(begin, begin + _length(reading, begin))
    figures = [_steps(one[chosen]) for one in (reading.network[:, _SHAPES], reading.mediapipe[:, _SHAPES])]
    poses = [np.degrees(_steps(one[chosen])) for one in (reading.network_pose, reading.mediapipe_pose)]
    return JitterRow(
        begin_s=float(reading.times_s[begin]),
        pictures=chosen.stop - chosen.start,
        network=float(np.sqrt((figures[0] ** 2).mean())),
        mediapipe=float(np.sqrt((figures[1] ** 2).mean())),
        network_pose_deg=float(poses[0].mean()),
        mediapipe_pose_deg=float(poses[1].mean()),
    )


def stillest(reading: ClipReading) -> int | None:
    """The place of the first picture of the stillest second."""
    width = np.linalg.norm(reading.landmarks[:, _CORNERS[0]] - reading.landmarks[:, _CORNERS[1]], axis=1)
    points = reading.landmarks / np.median(width)
    best: tuple[float, int] | None = None
    for begin in range(len(points)):
        length = _length(reading, begin)
        is_whole = reading.times_s[-1] - reading.times_s[begin] >= 0.9 * _SECOND
        if length < _FEWEST or not is_whole:
            continue
        moved = float(points[begin : begin + length].std(0).mean())
        if best is None or moved < best[0]:
            best = moved, begin
    return None if best is None else best[1]


def _length(reading: ClipReading, begin: int) -> int:
    """Pictures in the second from there on."""
    return int(np.searchsorted(reading.times_s, reading.times_s[begin] + _SECOND)) - begin


def _steps(values: Doubles) -> Doubles:
    """(K,) standard deviations of the differences from row to row of (T, K)."""
    return np.asarray(np.diff(values, axis=0).std(0))
