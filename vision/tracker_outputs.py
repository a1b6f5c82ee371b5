"""The tracker network's outputs: their names and order, shared by the network, its training and the bridge."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import BLENDSHAPES, INDEX

#: All coefficients but the eyeLook shapes, which follow from the gaze.
READ_SHAPES: Final = tuple(name for name in BLENDSHAPES if not name.startswith("eyeLook"))
#: Their places among the 52.
READ_PLACES: Final = np.array([INDEX[name] for name in READ_SHAPES])
LANDMARKS: Final = 478
#: MediaPipe's points that are read from the left and the right eye's crop, in the same order: the lids' edge from the outer
#: corner inwards above and back below, the iris, the brow.
EYE_POINTS: Final = (
    (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249, 473,
     276, 283, 282, 295, 285, 300, 293, 334, 296, 336),
    (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7, 468,
     46, 53, 52, 65, 55, 70, 63, 105, 66, 107),
)  # fmt: skip
#: Those of the mouth's crop: the lips' outer and inner edge, and the chin.
MOUTH_POINTS: Final = (
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409,
    78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415, 152, 148, 377,
)  # fmt: skip
#: What can be seen, 0..1: whether the crops show a face in its place, and how much of the eyes and the mouth is not
#: covered by hands, hair, masks or microphones.
SEEN: Final = ("face", "left eye", "right eye", "mouth")

#: Numbers that say what a person's face is like at rest: a code, and how much is known of it, 0..1.
REST: Final = 65


def rotation_of(turn: NDArray[np.floating]) -> NDArray[np.float64]:
    """Six numbers (6,) to a rotation (3, 3): the first two columns, made perpendicular unit vectors; must be finite.

    Source: Y. Zhou et al., "On the continuity of rotation representations in neural networks", CVPR 2019, eq. 15.
    """
    first = np.asarray(turn[:3], np.float64)
    first = first / max(float(np.linalg.norm(first)), 1e-9)
    second = turn[3:] - float(first @ turn[3:]) * first
    second = second / max(float(np.linalg.norm(second)), 1e-9)
    return np.stack([first, second, np.cross(first, second)], 1)
