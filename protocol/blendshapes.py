"""The 52 ARKit blendshapes: names, wire order and face regions.

The order is Apple's documentation order with Left before Right; MediaPipe and other programs use other
orders, so everything that crosses a boundary is keyed by name.

    >>> INDEX["jawOpen"]
    17
    >>> find_blendshape("eyeBlink_L")
    'eyeBlinkLeft'

Source: Apple, ARFaceAnchor.BlendShapeLocation.
"""

from __future__ import annotations

from functools import lru_cache
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

INDEX: Final[dict[str, int]] = {name: i for i, name in enumerate(BLENDSHAPES)}


def _region(name: str) -> str:
    if name.startswith("brow"):
        return "brows"
    if name.startswith("eye"):
        return "eyes"
    if name.startswith(("cheek", "nose")):
        return "cheeks"
    return "mouth"


#: Region of each blendshape: brows, eyes, mouth (with jaw and tongue) or cheeks (with nose).
REGION: Final[dict[str, str]] = {name: _region(name) for name in BLENDSHAPES}


def mirrored(name: str) -> str:
    """The blendshape on the other side of the face; symmetric shapes are their own mirror."""
    if name.endswith("Left"):
        other = name[:-4] + "Right"
    elif name.endswith("Right"):
        other = name[:-5] + "Left"
    else:
        return name
    return other if other in INDEX else name


def folded(name: str) -> str:
    """A name for comparison between programs: lower case, without the separators `_`, `-`, `.` and space."""
    return name.lower().translate(_SEPARATORS)


_SEPARATORS: Final = str.maketrans("", "", "_-. ")


def _spellings() -> dict[str, str]:
    """Folded spelling -> ARKit name, each side also as `l` or `r`."""
    table: dict[str, str] = {}
    for name in BLENDSHAPES:
        table[folded(name)] = name
        for side in ("Left", "Right"):
            if name.endswith(side):
                table[folded(name.removesuffix(side)) + side[0].lower()] = name
    return table


_BY_SPELLING: Final[dict[str, str]] = _spellings()
#: Longer names are not cached.
_MAX_CACHED: Final = 64


def find_blendshape(name: str) -> str | None:
    """The ARKit name of another program's spelling (`JawOpen`, `eyeBlink_L`, `EYE_BLINK_LEFT`); None if unknown.

    Source: recordings of iFacialMocap (`_L`) and Live Link Face (`EyeBlinkLeft`), and VRM models.
    """
    if name in INDEX:
        return name
    return _by_spelling(name) if len(name) <= _MAX_CACHED else _BY_SPELLING.get(folded(name))


@lru_cache(maxsize=1024)  # senders repeat their names; hostile input can only evict entries
def _by_spelling(name: str) -> str | None:
    return _BY_SPELLING.get(folded(name))
