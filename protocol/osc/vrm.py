"""VRM's expression presets, under their names of VRM 0 and VRM 1, as blendshapes, emotions and gaze.

    >>> find_preset("Joy").emotion
    'happy'

Source: VMC protocol 3.1, notes on presets; VRM 1.0, preset list. The vowels' shapes are ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from protocol.blendshapes import folded


@dataclass(frozen=True, slots=True)
class Preset:
    """The effect of one VRM clip at value 1. At most one attribute is set; none for the neutral face.

    Attributes:
        shapes: blendshape -> coefficient, scaled by the clip's value.
        emotion: its name in `protocol.channels.EMOTIONS`, with the clip's value.
        gaze: (yaw, pitch) in radians, scaled by the clip's value.
    """

    shapes: dict[str, float] = field(default_factory=dict)
    emotion: str | None = None
    gaze: tuple[float, float] | None = None


_A: Final = {"jawOpen": 0.7}
_I: Final = {"jawOpen": 0.2, "mouthStretchLeft": 0.5, "mouthStretchRight": 0.5}
_U: Final = {"mouthPucker": 0.7, "mouthFunnel": 0.3, "jawOpen": 0.15}
_E: Final = {
    "jawOpen": 0.35, "mouthSmileLeft": 0.25, "mouthSmileRight": 0.25,
    "mouthStretchLeft": 0.3, "mouthStretchRight": 0.3,
}  # fmt: skip
_O: Final = {"mouthFunnel": 0.6, "jawOpen": 0.45}

#: Folded names of VRM 0 and VRM 1 -> preset.
PRESETS: Final[dict[str, Preset]] = {
    spelling: preset
    for spellings, preset in (
        (("a", "aa"), Preset(_A)),
        (("i", "ih"), Preset(_I)),
        (("u", "ou"), Preset(_U)),
        (("e", "ee"), Preset(_E)),
        (("o", "oh"), Preset(_O)),
        (("blink",), Preset({"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0})),
        (("blinkl", "blinkleft"), Preset({"eyeBlinkLeft": 1.0})),
        (("blinkr", "blinkright"), Preset({"eyeBlinkRight": 1.0})),
        (("joy", "happy"), Preset(emotion="happy")),
        (("angry",), Preset(emotion="angry")),
        (("sorrow", "sad"), Preset(emotion="sad")),
        (("fun", "relaxed"), Preset(emotion="relaxed")),
        (("surprised", "surprise"), Preset(emotion="surprised")),
        (("lookleft",), Preset(gaze=(0.5, 0.0))),
        (("lookright",), Preset(gaze=(-0.5, 0.0))),
        (("lookup",), Preset(gaze=(0.0, 0.35))),
        (("lookdown",), Preset(gaze=(0.0, -0.35))),
        (("neutral",), Preset()),
    )
    for spelling in spellings
}


def find_preset(name: str) -> Preset | None:
    """The preset of a clip name in any spelling; None for a model's own clips."""
    return PRESETS.get(folded(name))
