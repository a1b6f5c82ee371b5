"""VTube Studio's built-in inputs: names, ranges and default values.

The order is VTube Studio's, because some plugins address the list by index.

Source: the VTube Studio manual's list of inputs; ranges as its plugins use them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from protocol.blendshapes import BLENDSHAPES


@dataclass(frozen=True, slots=True)
class Input:
    """One number that a plugin can set.

    Attributes:
        name: as VTube Studio spells it.
        low, high: the range that models map from; not limits.
        default: the value at rest.
    """

    name: str
    low: float
    high: float
    default: float


VTS_INPUTS: Final[tuple[Input, ...]] = (
    Input("FacePositionX", -15.0, 15.0, 0.0),
    Input("FacePositionY", -15.0, 15.0, 0.0),
    Input("FacePositionZ", -10.0, 10.0, 0.0),
    Input("FaceAngleX", -30.0, 30.0, 0.0),
    Input("FaceAngleY", -30.0, 30.0, 0.0),
    Input("FaceAngleZ", -90.0, 90.0, 0.0),
    Input("MouthSmile", 0.0, 1.0, 0.5),
    Input("MouthOpen", 0.0, 1.0, 0.0),
    Input("Brows", 0.0, 1.0, 0.5),
    Input("MousePositionX", -1.0, 1.0, 0.0),
    Input("MousePositionY", -1.0, 1.0, 0.0),
    Input("TongueOut", 0.0, 1.0, 0.0),
    Input("CheekPuff", 0.0, 1.0, 0.0),
    Input("FaceAngry", 0.0, 1.0, 0.0),
    Input("EyeOpenLeft", 0.0, 1.0, 1.0),
    Input("EyeOpenRight", 0.0, 1.0, 1.0),
    Input("EyeLeftX", -1.0, 1.0, 0.0),
    Input("EyeLeftY", -1.0, 1.0, 0.0),
    Input("EyeRightX", -1.0, 1.0, 0.0),
    Input("EyeRightY", -1.0, 1.0, 0.0),
    Input("BrowLeftY", 0.0, 1.0, 0.5),
    Input("BrowRightY", 0.0, 1.0, 0.5),
    Input("MouthX", -1.0, 1.0, 0.0),
    Input("VoiceVolume", 0.0, 1.0, 0.0),
    Input("VoiceFrequency", 0.0, 1.0, 0.0),
    Input("VoiceVolumePlusMouthOpen", 0.0, 1.0, 0.0),
    Input("VoiceFrequencyPlusMouthSmile", 0.0, 1.0, 0.5),
    Input("VoiceA", 0.0, 1.0, 0.0),
    Input("VoiceI", 0.0, 1.0, 0.0),
    Input("VoiceU", 0.0, 1.0, 0.0),
    Input("VoiceE", 0.0, 1.0, 0.0),
    Input("VoiceO", 0.0, 1.0, 0.0),
    Input("VoiceSilence", 0.0, 1.0, 1.0),
)
_VTS_NAMES: Final = {known.name for known in VTS_INPUTS}

#: ARKit's blendshapes with VTube Studio's capital, `JawOpen`. Unlike the others a plugin may also create them:
#: VTube Studio has them only while an iPhone tracks, so many plugins create them to be sure.
ARKIT_INPUTS: Final[tuple[Input, ...]] = tuple(
    Input(name, 0.0, 1.0, 0.0)
    for name in (shape[0].upper() + shape[1:] for shape in BLENDSHAPES)
    if name not in _VTS_NAMES
)
