"""VTube Studio's inputs -> an Observation in Omote's names, axes and units. Pure.

    observation = observation_of_inputs({"FaceAngleX": 20.0, "JawOpen": 0.4}, source="vts:My plugin", now_ns=now_ns)

The signs are Live2D's, because VTube Studio's inputs move a drawn character: FaceAngleX + turns to the right of
the screen, which is the character's own left; FaceAngleY + is up; FaceAngleZ + tilts to the right of the
screen, towards the left shoulder; eyeballs + look right of the screen and up.

Source: Live2D, "Standard Parameter List" (ParamAngleX/Y/Z, ParamEyeBallX/Y); ranges as in `inputs.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import radians
from typing import Final

import numpy as np

from bridge.observation import Observation
from protocol.blendshapes import BLENDSHAPES, INDEX, find_blendshape
from protocol.osc.vrm import PRESETS

#: Metres per unit of FacePosition: its range of 15 is then a lean of 15 cm.
POSITION_M: Final = 0.01
#: Gaze angles of an eyeball value of 1, radians.
EYE_YAW_RAD: Final = 0.6
EYE_PITCH_RAD: Final = 0.5

_POSE: Final = {
    "FaceAngleX": ("yaw", radians(1.0)),
    "FaceAngleY": ("pitch", radians(1.0)),
    "FaceAngleZ": ("roll", -radians(1.0)),
    "FacePositionX": ("x", POSITION_M),
    "FacePositionY": ("y", POSITION_M),
    "FacePositionZ": ("z", POSITION_M),
}
_GAZE: Final = (
    ("yaw", ("EyeLeftX", "EyeRightX"), EYE_YAW_RAD),
    ("pitch", ("EyeLeftY", "EyeRightY"), EYE_PITCH_RAD),
)
_BOTH_SMILE: Final = ("mouthSmileLeft", "mouthSmileRight")
_BOTH_FROWN: Final = ("mouthFrownLeft", "mouthFrownRight")
_ALL_UP: Final = ("browInnerUp", "browOuterUpLeft", "browOuterUpRight")

#: Input -> value at rest, shapes that rise above it, shapes that rise below it. The coefficient is the distance
#: from rest over the distance from rest to the range's end (1 where rest is 0 or 1, 0.5 where it is 0.5).
_AROUND: Final[dict[str, tuple[float, tuple[str, ...], tuple[str, ...]]]] = {
    "MouthOpen": (0.0, ("jawOpen",), ()),
    "VoiceVolume": (0.0, ("jawOpen",), ()),
    "VoiceVolumePlusMouthOpen": (0.0, ("jawOpen",), ()),
    "MouthSmile": (0.5, _BOTH_SMILE, _BOTH_FROWN),
    "VoiceFrequencyPlusMouthSmile": (0.5, _BOTH_SMILE, _BOTH_FROWN),
    "MouthX": (0.0, ("mouthLeft",), ("mouthRight",)),
    "Brows": (0.5, _ALL_UP, ("browDownLeft", "browDownRight")),
    "BrowLeftY": (0.5, ("browOuterUpLeft", "browInnerUp"), ("browDownLeft",)),
    "BrowRightY": (0.5, ("browOuterUpRight", "browInnerUp"), ("browDownRight",)),
    "EyeOpenLeft": (1.0, ("eyeWideLeft",), ("eyeBlinkLeft",)),
    "EyeOpenRight": (1.0, ("eyeWideRight",), ("eyeBlinkRight",)),
    "TongueOut": (0.0, ("tongueOut",), ()),
    "CheekPuff": (0.0, ("cheekPuff",), ()),
}
_VOWELS: Final = {f"Voice{letter}": PRESETS[letter.lower()].shapes for letter in "AIUEO"}


def observation_of_inputs(values: Mapping[str, float], *, source: str, now_ns: int) -> Observation:
    """Convert input values to an Observation; shapes and axes without an input stay unknown.

    Args:
        values: input -> value, finite, any size; VTube Studio's spelling, ARKit's shapes in any case.
        source: name of the Observation's source.
        now_ns: Unix nanoseconds.

    Returns:
        expression (52,) float64, 0..1, NaN = unknown; pose in radians and metres; gaze in radians.
    """
    derived: dict[str, float] = {}
    direct: dict[str, float] = {}
    for name, value in values.items():
        if name in _AROUND:
            for shape, amount in _around(name, value).items():
                derived[shape] = max(derived.get(shape, 0.0), amount)
        elif name in _VOWELS:
            for shape, full in _VOWELS[name].items():
                # Two vowels at half strength blend, so their shapes add up.
                derived[shape] = derived.get(shape, 0.0) + full * min(max(value, 0.0), 1.0)
        elif (blendshape := find_blendshape(name)) is not None:
            direct[blendshape] = value
    # An ARKit input overrides the shapes that are derived from other inputs.
    expression = np.full(len(BLENDSHAPES), np.nan)
    for shape, amount in (derived | direct).items():
        expression[INDEX[shape]] = min(max(amount, 0.0), 1.0)
    angry = min(max(values.get("FaceAngry", 0.0), 0.0), 1.0)
    return Observation(
        source=source,
        expression=expression,
        pose={axis: values[name] * factor for name, (axis, factor) in _POSE.items() if name in values},
        gaze=_gaze(values),
        emotion={"angry": 1.0} if angry > 0.0 else {},
        emotion_weight=angry,
        receive_time_ns=now_ns,
    )


def _around(name: str, value: float) -> dict[str, float]:
    rest, above, below = _AROUND[name]
    reach = 0.5 if rest == 0.5 else 1.0
    distance = (value - rest) / reach
    return {shape: max(distance, 0.0) for shape in above} | {shape: max(-distance, 0.0) for shape in below}


def _gaze(values: Mapping[str, float]) -> dict[str, float]:
    gaze = {}
    for axis, names, full_rad in _GAZE:
        known = [values[name] for name in names if name in values]
        if known:
            gaze[axis] = sum(known) / len(known) * full_rad
    return gaze
