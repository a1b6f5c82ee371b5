"""First guess of what every coefficient adds to LivePortrait's expression, before a portrait is calibrated.

first_guess(keypoints)        # (DRIVEN, K, 3)

Hand-tuned sliders of LivePortrait's demo, in their units, mapped to ARKit coefficients by their meaning; full blinks and an
open jaw are scaled by the motion that the paper's example templates show. Keypoints 11 and 15 are the eyes' upper lids, 13
and 16 lie below them; 1 and 2 are brows; 3, 7, 14, 17, 19 and 20 cheeks, lips and jaw. No slider exists for puffed cheeks,
a wrinkled nose, the tongue, a jaw pushed forward, and lips that are rolled, pressed or shrugged; left and right are moved
together by all but the sliders of eyes.

Source: KwaiVGI/LivePortrait, src/gradio_pipeline.py (the sliders' numbers), assets/examples/driving (templates).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.liveportrait.portrait_face import DRIVEN, FULL_GAZE, KEYPOINTS

Floats = NDArray[np.float32]
Row = tuple[tuple[int, str, float], ...]

#: Expressions of the paper's example templates lie in this range.
LOWEST, HIGHEST = -0.053, 0.082
#: Slider -> (keypoint, axis, change per unit).
SMILE: Final[Row] = (
    (20, "y", -0.01), (14, "y", -0.02), (17, "y", 0.0065), (17, "z", 0.003), (13, "y", -0.00275),
    (16, "y", -0.00275), (3, "y", -0.0035), (7, "y", -0.0035),
)  # fmt: skip
POUT: Final[Row] = ((14, "y", 0.001), (3, "y", -0.0005), (7, "y", -0.0005), (17, "z", -0.0005))
GRIN: Final[Row] = ((20, "z", -0.001), (20, "y", -0.001), (14, "y", -0.001))
OPEN: Final[Row] = ((19, "y", 0.001), (19, "z", 0.0001), (17, "y", -0.0001))
SIDEWAYS: Final[Row] = ((19, "x", 1.0),)
BROWS_UP: Final[Row] = ((1, "y", 0.001), (2, "y", -0.001))
BROWS_DOWN: Final[Row] = ((1, "x", 0.001), (2, "x", -0.001), (1, "y", -0.0003), (2, "y", 0.0003))
#: Degrees of gaze in one unit of its sliders.
UNIT_DEG: Final = 3.7
#: Coefficient -> what it does, in units of sliders. A name without side stands for both sides.
_FACE: Final[dict[str, tuple[tuple[Row, float], ...]]] = {
    "browInnerUp": ((BROWS_UP, 12.0),),
    "browOuterUp": ((BROWS_UP, 6.0),),
    "browDown": ((BROWS_DOWN, 6.0),),
    "jawOpen": ((OPEN, 75.0),),
    "mouthClose": ((OPEN, -75.0),),
    "jawLeft": ((SIDEWAYS, 0.04),),
    "jawRight": ((SIDEWAYS, -0.04),),
    "mouthLeft": ((SIDEWAYS, 0.04),),
    "mouthRight": ((SIDEWAYS, -0.04),),
    "mouthSmile": ((SMILE, 0.5),),
    "mouthFrown": ((SMILE, -0.15),),
    "mouthPucker": ((POUT, 15.0),),
    "mouthFunnel": ((POUT, 10.0), (OPEN, 10.0)),
    "mouthStretch": ((GRIN, 5.0),),
    "mouthUpperUp": ((GRIN, 4.0),),
    "mouthLowerDown": ((GRIN, 4.0),),
    "mouthDimple": ((GRIN, 4.0),),
}
#: Of one eye: change of its upper lid's y, and of the point below it.
_EYE: Final[dict[str, tuple[float, float]]] = {
    "eyeBlink": (0.016, -0.005),
    "eyeWide": (-0.005, 0.0),
    "eyeSquint": (0.0, -0.003),
    "cheekSquint": (0.0, -0.003),
}


def eye_points(keypoints: Floats) -> tuple[tuple[int, int], tuple[int, int]]:
    """Upper lid and the point below it, of the subject's left eye, then of the right.

    Args:
        keypoints: (K, 3) of the portrait; the subject's left eye is at the right of the picture.
    """
    first, second = (11, 13), (15, 16)
    return (first, second) if keypoints[11, 0] > keypoints[15, 0] else (second, first)


def first_guess(keypoints: Floats) -> Floats:
    """What each coefficient of DRIVEN adds at 1, (DRIVEN, K, 3) float32, for a portrait's keypoints (K, 3)."""
    made = np.zeros((len(DRIVEN), KEYPOINTS, 3), np.float32)
    place = {name: number for number, name in enumerate(DRIVEN)}
    for name, parts in _FACE.items():
        for whole in (name,) if name in place else (f"{name}Left", f"{name}Right"):
            for row, units in parts:
                for keypoint, axis, change in row:
                    made[place[whole], keypoint, "xyz".index(axis)] += change * units
    for side, (upper, lower) in zip(("Left", "Right"), eye_points(keypoints), strict=True):
        for name, (lid, below) in _EYE.items():
            made[place[f"{name}{side}"], upper, 1] += lid
            made[place[f"{name}{side}"], lower, 1] += below
    units = float(np.degrees(FULL_GAZE)) / UNIT_DEG
    for keypoint, left, right in ((11, 0.0007, 0.001), (15, 0.001, 0.0007)):
        made[place["gazeLeft"], keypoint, 0] = left * units
        made[place["gazeRight"], keypoint, 0] = -right * units
        made[place["gazeUp"], keypoint, 1] = -0.0005 * units
        made[place["gazeDown"], keypoint, 1] = 0.0005 * units
    for keypoint in (13, 16):  # lids follow the gaze
        made[place["gazeUp"], keypoint, 1] = -0.00015 * units
        made[place["gazeDown"], keypoint, 1] = 0.00015 * units
    return made
