"""Head and eyes at every frame -> BVH.

    text = bvh_of([((0.1, 0.0, 0.0), (0.0, 0.0, 0.0), (0.2, 0.0))], fps=24.0)

The same joints as `omote-bridge export take.bvh`; must match bridge/takes/bvh_export.py. The axes are Omote's, which are
BVH's: +X to the subject's left, +Y up, +Z out of the face. A portrait's height is 100 units.

Source: M. Meredith and S. Maddock, "Motion capture file formats explained", University of Sheffield, 2001.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

#: BVH units in a portrait's height.
UNITS: Final = 100.0
_EYE: Final = """\tJOINT {name}
\t{{
\t\tOFFSET {x} 3 8
\t\tCHANNELS 3 Yrotation Xrotation Zrotation
\t\tEnd Site
\t\t{{
\t\t\tOFFSET 0 0 5
\t\t}}
\t}}
"""
_HIERARCHY: Final = (
    "HIERARCHY\nROOT Head\n{\n\tOFFSET 0 0 0\n"
    "\tCHANNELS 6 Xposition Yposition Zposition Yrotation Xrotation Zrotation\n"
    + _EYE.format(name="LeftEye", x=6)
    + _EYE.format(name="RightEye", x=-6)
    + "}\n"
)

#: Yaw, pitch and roll of the head, radians; its translation, portrait heights; yaw and pitch of the gaze, radians.
HeadFrame = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float]]


def bvh_of(frames: Sequence[HeadFrame], *, fps: float) -> str:
    """The text of a BVH file."""
    lines = [f"Frames: {len(frames)}", f"Frame Time: {1.0 / fps:.7f}", *map(_line, frames)]
    return _HIERARCHY + "MOTION\n" + "\n".join(lines) + "\n"


def _line(frame: HeadFrame) -> str:
    (yaw, pitch, roll), place, (eye_yaw, eye_pitch) = frame
    eye = (math.degrees(eye_yaw), -math.degrees(eye_pitch), 0.0)
    turn = (math.degrees(yaw), -math.degrees(pitch), math.degrees(roll))
    return " ".join(f"{value + 0.0:.4f}" for value in (*(UNITS * one for one in place), *turn, *eye, *eye))
