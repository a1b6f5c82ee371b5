"""Conditions: what every neural engine is given beside the Motion. Shapes, ranges and order, in one place.

Pictures of conditions are drawn by `runtime.engines.condition_pass` in one small pass of CONDITION_PX pixels a side, over
the head that the draft shows. Networks see them as (CHANNELS_IN, CONDITION_PX, CONDITION_PX), after `as_planes`:

| channels | content | range |
|---|---|---|
| 0-3 | the draft, RGBA premultiplied, sRGB, without the background | 0..1 |
| 4-6 | unit normal of the drawn surface, camera space of the frame; 0 where nothing is drawn | -1..1 |
| 7-9 | unit normal of the same point of the surface in the portrait, camera space of the portrait | -1..1 |
| 10 | how directly the portrait shows the point: cosine to the portrait's camera, 0 = turned away | 0..1 |
| 11-16 | part labels: back, sheet, neck, mouth, eye, face | 0 or 1 |

The pose enters through the geometry alone: it is exact, as in DeX-Portrait's RTS conditioning (section 3.2). Normals follow
FactorPortrait (conditions of the view branch). What no picture shows goes into the code of a frame, `frame_code`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.camera import PortraitCamera, angles, rotation
from face.motion import Motion
from protocol.blendshapes import BLENDSHAPES

Floats = NDArray[np.float32]

#: Side of the pictures of conditions, pixels.
CONDITION_PX: Final = 128
#: The parts of a draft, from back to front; a part's label is its place here plus 1, and 0 is nothing.
PARTS: Final = ("back", "sheet", "neck", "mouth", "eye", "face")
#: Labels are stored times this in a byte.
LABEL_STEP: Final = 40
CHANNELS_IN: Final = 4 + 3 + 3 + 1 + len(PARTS)
#: Numbers that describe a frame; see `frame_code`.
EXPRESSION: Final = slice(0, 52)
GAZE: Final = slice(52, 54)
EMOTION: Final = slice(54, 62)
POSE: Final = slice(62, 68)
HEAD: Final = slice(68, 71)
CODE: Final = 71


def as_planes(pictures: NDArray[np.uint8], *, out: Floats) -> Floats:
    """Pictures of conditions as a network reads them.

    Args:
        pictures: (3, P, P, 4) uint8: the draft; target normal and label; portrait normal and cosine.
        out: (CHANNELS_IN, P, P) float32, overwritten and returned.
    """
    draft, target, portrait = pictures
    np.multiply(draft.transpose(2, 0, 1), np.float32(1 / 255), out=out[:4], casting="unsafe")
    label = target[..., 3]
    drawn = label > 0
    for first, picture in ((4, target), (7, portrait)):
        np.multiply(picture[..., :3].transpose(2, 0, 1), np.float32(2 / 255), out=out[first : first + 3])
        out[first : first + 3] -= 1.0
        out[first : first + 3] *= drawn
    np.multiply(portrait[..., 3], np.float32(1 / 255), out=out[10])
    out[10] *= drawn
    for number in range(len(PARTS)):
        np.equal(label, (number + 1) * LABEL_STEP, out=out[11 + number])
    return out


def frame_code(motion: Motion, camera: PortraitCamera, *, out: Floats) -> Floats:
    """The numbers of a frame that no picture of conditions shows.

    Args:
        motion: the frame's.
        camera: the portrait's.
        out: (CODE,) float32, overwritten and returned: the 52 blendshapes; gaze (radians); eight emotions; the head
            against the portrait: yaw, pitch, roll (radians), shift x, y (portrait heights) and log of the scale; the head
            against the camera: yaw, pitch, roll.
    """
    out[EXPRESSION] = motion.expression
    out[GAZE] = motion.gaze
    out[EMOTION] = motion.emotion[: EMOTION.stop - EMOTION.start]
    turned = rotation(*(float(v) for v in motion.pose[:3])) @ camera.rotation.T
    azimuth, elevation, _ = (float(v) for v in motion.view)
    orbit = rotation(0.0, -elevation, 0.0) @ rotation(-azimuth, 0.0, 0.0)
    out[POSE][:3] = angles(turned)
    out[POSE][3:5] = motion.pose[3:5]
    out[POSE][5] = np.log(max(float(motion.pose[6]), 1e-3))
    out[HEAD] = angles(np.asarray(orbit @ turned @ camera.rotation, np.float32))
    return out


assert len(BLENDSHAPES) == EXPRESSION.stop
