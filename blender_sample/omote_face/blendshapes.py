"""The 52 ARKit blendshapes: names, wire order, and other programs' spellings.

Must match protocol/blendshapes.py; the tests compare both.

    >>> find_blendshape("eyeBlink_L")
    'eyeBlinkLeft'

Source: Apple, ARFaceAnchor.BlendShapeLocation.
"""

from __future__ import annotations

from typing import Final

BLENDSHAPES: Final[tuple[str, ...]] = (
    "eyeBlinkLeft", "eyeLookDownLeft", "eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft",
    "eyeSquintLeft", "eyeWideLeft",
    "eyeBlinkRight", "eyeLookDownRight", "eyeLookInRight", "eyeLookOutRight", "eyeLookUpRight",
    "eyeSquintRight", "eyeWideRight",
    "jawForward", "jawLeft", "jawRight", "jawOpen",
    "mouthClose", "mouthFunnel", "mouthPucker", "mouthLeft", "mouthRight",
    "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight",
    "mouthDimpleLeft", "mouthDimpleRight", "mouthStretchLeft", "mouthStretchRight",
    "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
    "mouthPressLeft", "mouthPressRight", "mouthLowerDownLeft", "mouthLowerDownRight",
    "mouthUpperUpLeft", "mouthUpperUpRight",
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight",
    "noseSneerLeft", "noseSneerRight",
    "tongueOut",
)  # fmt: skip

_SEPARATORS: Final = str.maketrans("", "", "_-. ")


def folded(name: str) -> str:
    """A name for comparison between programs: lower case, without the separators `_`, `-`, `.` and space."""
    return name.lower().translate(_SEPARATORS)


def _spellings() -> dict[str, str]:
    """Folded spelling -> ARKit name, each side also as `l` or `r`."""
    table: dict[str, str] = {}
    for name in BLENDSHAPES:
        table[folded(name)] = name
        for side in ("Left", "Right"):
            if name.endswith(side):
                table[folded(name[: -len(side)]) + side[0].lower()] = name
    return table


_BY_SPELLING: Final[dict[str, str]] = _spellings()


def find_blendshape(name: str) -> str | None:
    """The ARKit name of another program's spelling (`JawOpen`, `eyeBlink_L`, `EYE_BLINK_LEFT`); None if unknown."""
    return _BY_SPELLING.get(folded(name))
