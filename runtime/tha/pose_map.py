"""Motion -> the 45 parameters of a THA4 character, and where its picture lies in the frame.

    write_pose(motion, breathing_at(seconds), out=pose)          # (45,)
    write_matrix(motion, out=matrix)                             # (6,)

The table in docs/tha.md says the same in words. Every value changes continuously with the Motion, so that nothing jumps.
Angles saturate softly: a student was trained on turns of about 15 degrees. A camera that goes round the character is a
turn of head and body the other way. What has no parameter moves the picture: x, y, z, scale and the camera's distance.
"""

from __future__ import annotations

from math import cos, pi, tanh
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.motion import Motion
from protocol.blendshapes import INDEX
from protocol.channels import EMOTIONS
from runtime.tha.parameters import THA

Floats = NDArray[np.float32]

#: Breaths per second, as the idle movement's (`runtime.layers.idle`).
BREATH_HZ: Final = 0.24
#: Angle, radians, at which a rotation has three quarters of its parameter's range.
HEAD_RAD, NECK_RAD, GAZE_RAD = 0.30, 0.26, 0.45
#: How far the body follows the head, share of the head's turn.
BODY_FOLLOWS: Final = 0.35
#: Values of ARKit at which drawn faces are at their full range: people rarely go further.
FULL_JAW, FULL_BROW, FULL_WIDE = 0.6, 0.7, 0.7
#: Where the face is on the canvas, -1..1, y down: the picture grows around it.
FACE_AT: Final = (0.0, 144.0 / 256.0 - 1.0)
#: How far the camera is from the character, portrait heights, for movements towards it.
CAMERA_HEIGHTS: Final = 2.5
#: Smallest distance to the camera, portrait heights.
_NEAREST: Final = 0.5

_EMOTION: Final = {name: place for place, name in enumerate(EMOTIONS)}
_SIDES: Final = (("Left", "_left"), ("Right", "_right"))


def breathing_at(seconds: float) -> float:
    """The breathing parameter at a time: 0 = breathed out, 1 = in."""
    return 0.5 - 0.5 * cos(2 * pi * BREATH_HZ * seconds)


def write_pose(motion: Motion, breathing: float, out: Floats) -> None:
    """Write all parameters.

    Args:
        motion: what is to be shown.
        breathing: 0..1.
        out: (PARAMETERS,) float32, overwritten.
    """
    x = {name: float(motion.expression[place]) for name, place in INDEX.items()}
    feels = {name: float(motion.emotion[place]) for name, place in _EMOTION.items()}
    out[:] = 0.0
    smile = _unit((x["mouthSmileLeft"] + x["mouthSmileRight"]) / 2)
    _brows(x, feels, out)
    _eyes(x, feels, smile, out)
    _mouth(x, feels, out)
    _turns(motion, out)
    out[THA["breathing"]] = breathing


def _brows(x: dict[str, float], feels: dict[str, float], out: Floats) -> None:
    """Anger parts lowered brows into angry and serious ones; inner brows that rise alone are troubled."""
    anger = max(feels["angry"], feels["disgusted"], (x["noseSneerLeft"] + x["noseSneerRight"]) / 2)
    inner = x["browInnerUp"]
    for side, end in _SIDES:
        down, outer = _unit(x[f"browDown{side}"] / FULL_BROW), x[f"browOuterUp{side}"]
        out[THA["eyebrow_angry" + end]] = down * (0.5 + 0.5 * anger)
        out[THA["eyebrow_serious" + end]] = down * (0.5 - 0.5 * anger)
        out[THA["eyebrow_troubled" + end]] = _unit((inner - outer) / FULL_BROW)
        out[THA["eyebrow_raised" + end]] = _unit((outer + min(inner, outer)) / (2 * FULL_BROW))
        out[THA["eyebrow_happy" + end]] = feels["happy"] * (1.0 - down)


def _eyes(x: dict[str, float], feels: dict[str, float], smile: float, out: Floats) -> None:
    """Eyes that shut in a smile become arcs; emotions change the size of the irises and the upper lids."""
    for side, end in _SIDES:
        shut = x[f"eyeBlink{side}"]
        squint = _unit(max(x[f"cheekSquint{side}"], x[f"eyeSquint{side}"]))
        out[THA["eye_wink" + end]] = shut * (1.0 - smile)
        out[THA["eye_happy_wink" + end]] = shut * smile
        out[THA["eye_surprised" + end]] = _unit(x[f"eyeWide{side}"] / FULL_WIDE) * (1.0 - shut)
        out[THA["eye_raised_lower_eyelid" + end]] = squint * (1.0 - shut)
        out[THA["eye_relaxed" + end]] = 0.6 * feels["relaxed"] * (1.0 - shut)
        out[THA["eye_unimpressed" + end]] = (
            0.7 * max(feels["contemptuous"], feels["disgusted"]) * (1.0 - shut)
        )
        out[THA["iris_small" + end]] = _unit(0.7 * feels["afraid"] + 0.4 * feels["surprised"])


def _mouth(x: dict[str, float], feels: dict[str, float], out: Floats) -> None:
    """The jaw's opening is shared out by how round and how wide the lips are; the shares sum to it."""
    jaw = _unit((x["jawOpen"] - x["mouthClose"]) / FULL_JAW)
    rounded = _unit(1.3 * max(x["mouthFunnel"], x["mouthPucker"]))
    parted = [f"{name}{side}" for name in ("mouthUpperUp", "mouthLowerDown") for side in ("Left", "Right")]
    bared = _unit(sum(x[name] for name in parted) / 2)
    wide = _unit((x["mouthStretchLeft"] + x["mouthStretchRight"]) / 2 + 0.5 * bared)
    out[THA["mouth_aaa"]] = jaw * (1.0 - rounded) * (1.0 - 0.6 * wide)
    out[THA["mouth_eee"]] = jaw * (1.0 - rounded) * 0.6 * wide
    out[THA["mouth_ooo"]] = jaw * rounded
    out[THA["mouth_uuu"]] = (1.0 - jaw) * rounded
    out[THA["mouth_iii"]] = (1.0 - jaw) * bared * (1.0 - rounded)
    for side, end in _SIDES:
        out[THA["mouth_raised_corner" + end]] = _unit(x[f"mouthSmile{side}"] + 0.5 * x[f"mouthDimple{side}"])
        out[THA["mouth_lowered_corner" + end]] = x[f"mouthFrown{side}"]
    out[THA["mouth_smirk"]] = 0.7 * feels["contemptuous"]


def _turns(motion: Motion, out: Floats) -> None:
    """Rotations; the character's y rotations turn it to its right, ours to its left."""
    yaw, pitch, roll = (float(v) for v in motion.pose[:3])
    azimuth, elevation = float(motion.view[0]), float(motion.view[1])
    out[THA["iris_rotation_x"]] = tanh(float(motion.gaze[1]) / GAZE_RAD)
    out[THA["iris_rotation_y"]] = -tanh(float(motion.gaze[0]) / GAZE_RAD)
    out[THA["head_x"]] = tanh((pitch - elevation) / HEAD_RAD)
    out[THA["head_y"]] = -tanh((yaw - azimuth) / HEAD_RAD)
    out[THA["neck_z"]] = tanh(roll / NECK_RAD)
    out[THA["body_y"]] = -tanh((BODY_FOLLOWS * yaw - azimuth) / HEAD_RAD)
    out[THA["body_z"]] = tanh(BODY_FOLLOWS * roll / NECK_RAD)


def write_matrix(motion: Motion, out: Floats) -> None:
    """Write the map from positions in the frame to positions on the canvas, as `runtime.tha.graphs.picture_graph` takes it.

    Args:
        out: (6,) float32, overwritten.
    """
    right, up, near = (float(v) for v in motion.pose[3:6])
    towards = CAMERA_HEIGHTS / max(CAMERA_HEIGHTS - near, _NEAREST)
    size = float(motion.pose[6]) / float(motion.view[2]) * towards
    # a frame's height is 2; its y points down
    move = (2.0 * right, -2.0 * up)
    less = 1.0 / size
    out[:] = 0.0
    out[0] = out[4] = less
    out[2] = FACE_AT[0] - less * (FACE_AT[0] + move[0])
    out[5] = FACE_AT[1] - less * (FACE_AT[1] + move[1])


def _unit(value: float) -> float:
    """Limited to 0..1."""
    return min(max(value, 0.0), 1.0)
