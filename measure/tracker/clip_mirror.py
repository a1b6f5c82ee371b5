"""Whether the network answers a mirrored clip with the mirrored answer; no truth is needed for that.

row = mirror_row(run, run_of_mirrored)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from measure.tracker.clip_runs import NetworkRun, Picture
from protocol.blendshapes import BLENDSHAPES, INDEX, mirrored
from vision.tracker_outputs import READ_PLACES, READ_SHAPES

_OTHER_SIDE: Final = np.array([INDEX[mirrored(name)] for name in BLENDSHAPES])
#: Signs of yaw, pitch and roll, and of the gaze's yaw and pitch, in a mirror.
_POSE_SIGN: Final = np.array([-1.0, 1.0, -1.0])
_GAZE_SIGN: Final = np.array([-1.0, 1.0])
_WORST: Final = 3


class MirrorRow(msgspec.Struct, frozen=True):
    """Mean absolute differences of an answer to the mirrored answer to the mirrored picture, beside the clip's spread.

    Attributes:
        pictures: in which both runs saw the face.
        difference, spread: of 44 coefficients: mean, and mean of the standard deviations over the clip.
        pose_deg, pose_spread_deg, gaze_deg, gaze_spread_deg: likewise, mean over the axes.
        worst: the coefficients that differ most, and by how much.
    """

    pictures: int
    difference: float
    spread: float
    pose_deg: float
    pose_spread_deg: float
    gaze_deg: float
    gaze_spread_deg: float
    worst: dict[str, float]


def mirrored_pictures(pictures: Iterable[tuple[float, Picture]]) -> Iterator[tuple[float, Picture]]:
    """The pictures as in a mirror."""
    for time_s, picture in pictures:
        yield time_s, np.ascontiguousarray(picture[:, ::-1])


def mirror_row(plain: NetworkRun, of_mirrored: NetworkRun) -> MirrorRow:
    """Compare the runs of a clip and of the same pictures mirrored."""
    both = plain.is_face & of_mirrored.is_face
    first, second = plain.expression[both], of_mirrored.expression[both][:, _OTHER_SIDE]
    apart = np.abs(second - first)[:, READ_PLACES].mean(0)
    worst = np.argsort(-apart)[:_WORST]
    return MirrorRow(
        pictures=int(both.sum()),
        difference=float(apart.mean()),
        spread=float(first[:, READ_PLACES].std(0).mean()),
        pose_deg=_degrees(of_mirrored.pose[both] * _POSE_SIGN - plain.pose[both]),
        pose_spread_deg=float(np.degrees(plain.pose[both].std(0).mean())),
        gaze_deg=_degrees(of_mirrored.gaze[both] * _GAZE_SIGN - plain.gaze[both]),
        gaze_spread_deg=float(np.degrees(plain.gaze[both].std(0).mean())),
        worst={READ_SHAPES[k]: round(float(apart[k]), 3) for k in worst},
    )


def _degrees(difference: NDArray[np.float64]) -> float:
    return float(np.degrees(np.abs(difference).mean()))
