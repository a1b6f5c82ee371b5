"""What a face looks like in a mirror, for a second reading of the same crops: the mean of both is truer than either.

    mirror(crops); other = network.read_crops(frame); mirror(crops)
    reading = mean_reading(reading, other)

A face has no preferred side, so what differs between both readings is an error of the network.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import mirrored
from vision.face_crops import FaceCrops
from vision.tracker_outputs import READ_SHAPES, SEEN

if TYPE_CHECKING:
    from bridge.trackers.tracker_network import FaceReading

_OTHER_SIDE: Final = np.array([READ_SHAPES.index(mirrored(name)) for name in READ_SHAPES])
_OTHER_SEEN: Final = np.array(
    [SEEN.index({"left eye": "right eye", "right eye": "left eye"}.get(name, name)) for name in SEEN]
)
#: Signs of an eye's yaw and pitch, and of the axes, in a mirror.
_GAZE: Final = np.array([-1.0, 1.0])
_AXES: Final = np.diag([-1.0, 1.0, 1.0])


def mirror(crops: FaceCrops) -> None:
    """Replace the crops by those of the picture's mirror image, in place; a second time: as they were."""
    # the right eye's crop is that of a left one in the mirror already
    for array, order in (
        (crops.face, np.s_[..., ::-1]),
        (crops.eyes, np.s_[::-1]),
        (crops.mouth, np.s_[..., ::-1]),
    ):
        array[:] = array[order].copy()


def mean_reading(reading: FaceReading, other: FaceReading) -> FaceReading:
    """The mean of a reading and of that of the mirrored crops; landmarks and code are the first one's."""
    return replace(
        reading,
        expression=(reading.expression + other.expression[_OTHER_SIDE]) / 2,
        gaze=(reading.gaze + other.gaze[::-1] * _GAZE) / 2,
        turn=_mean_turn(reading.turn, _AXES @ other.turn @ _AXES),
        unit=float(np.sqrt(reading.unit * other.unit)),
        seen=(reading.seen + other.seen[_OTHER_SEEN]) / 2,
    )


def _mean_turn(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rotation nearest to both (Umeyama 1991: that nearest to their sum)."""
    left, _, right = np.linalg.svd(one + other)
    sign = np.diag([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    return np.asarray(left @ sign @ right)
