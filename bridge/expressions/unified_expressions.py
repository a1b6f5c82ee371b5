"""VRCFaceTracking's unified expressions -> ARKit coefficients, gaze and head pose.

    face = read_unified({"JawOpen": 0.5, "EyeX": -0.2})
    face.expression[INDEX["jawOpen"]], face.gaze["yaw"]

Every ARKit shape has several sources among the unified names, from its own base shapes to signed combinations of
two; the first one that was ever sent counts. A region of the face without any sent name is left to other drivers.

Source: VRCFaceTracking, UnifiedExpressionsParameters, UnifiedSimplifier, UnifiedHeadParameters (v2 names).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from math import atan, nan, pi
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import BLENDSHAPES, INDEX, REGION

#: Name -> factor; the products are summed. For signed values a negative factor selects the negative half.
Terms = dict[str, float]
#: Shape -> alternatives in order of preference. {} stands for Left and Right.
_SIDED: Final[dict[str, tuple[Terms, ...]]] = {
    "eyeSquint{}": ({"EyeSquint{}": 1.0}, {"EyeSquint": 1.0}, {"EyesSquint": 1.0}),
    "browDown{}": (
        {"BrowLowerer{}": 0.75, "BrowPinch{}": 0.25},
        {"BrowDown{}": 1.0}, {"BrowDown": 1.0}, {"BrowExpression{}": -1.0}, {"BrowExpression": -1.0},
    ),
    "browOuterUp{}": (
        {"BrowOuterUp{}": 1.0}, {"BrowOuterUp": 1.0}, {"BrowUp{}": 1.0}, {"BrowUp": 1.0},
        {"BrowExpression{}": 1.0}, {"BrowExpression": 1.0},
    ),
    "cheekSquint{}": ({"CheekSquint{}": 1.0}, {"CheekSquint": 1.0}),
    "noseSneer{}": ({"NoseSneer{}": 1.0}, {"NoseSneer": 1.0}),
    "mouthSmile{}": (
        {"MouthCornerPull{}": 0.8, "MouthCornerSlant{}": 0.2},
        {"MouthSmile{}": 1.0}, {"SmileFrown{}": 1.0}, {"SmileSad{}": 1.0}, {"SmileFrown": 1.0}, {"SmileSad": 1.0},
    ),
    "mouthFrown{}": (
        {"MouthFrown{}": 1.0}, {"SmileFrown{}": -1.0}, {"MouthSad{}": 1.0}, {"SmileSad{}": -1.0},
        {"SmileFrown": -1.0}, {"SmileSad": -1.0}, {"MouthCornerY{}": -1.0}, {"MouthCornerY": -1.0},
    ),
    "mouthStretch{}": (
        {"MouthStretch{}": 1.0}, {"MouthStretch": 1.0},
        {"MouthTightenerStretch{}": -1.0}, {"MouthTightenerStretch": -1.0},
    ),
    "mouthDimple{}": ({"MouthDimple{}": 1.0}, {"MouthDimple": 1.0}),
    "mouthPress{}": ({"MouthPress{}": 1.0}, {"MouthPress": 1.0}),
    "mouthUpperUp{}": ({"MouthUpperUp{}": 1.0}, {"MouthUpperUp": 1.0}, {"MouthOpen": 1.0}),
    "mouthLowerDown{}": ({"MouthLowerDown{}": 1.0}, {"MouthLowerDown": 1.0}, {"MouthOpen": 1.0}),
}  # fmt: skip
_MIDDLE: Final[dict[str, tuple[Terms, ...]]] = {
    "browInnerUp": (
        {"BrowInnerUpLeft": 0.5, "BrowInnerUpRight": 0.5}, {"BrowInnerUp": 1.0},
        {"BrowUpLeft": 0.5, "BrowUpRight": 0.5}, {"BrowUp": 1.0},
        {"BrowExpressionLeft": 0.5, "BrowExpressionRight": 0.5}, {"BrowExpression": 1.0},
    ),
    "cheekPuff": (
        {"CheekPuffLeft": 0.5, "CheekPuffRight": 0.5},
        {"CheekPuffSuckLeft": 0.5, "CheekPuffSuckRight": 0.5}, {"CheekPuffSuck": 1.0},
    ),
    "jawOpen": ({"JawOpen": 1.0},),
    "jawForward": ({"JawForward": 1.0}, {"JawZ": 1.0}),
    "jawLeft": ({"JawLeft": 1.0}, {"JawX": -1.0}),
    "jawRight": ({"JawRight": 1.0}, {"JawX": 1.0}),
    "mouthClose": ({"MouthClosed": 1.0},),
    "mouthFunnel": (
        {"LipFunnelUpperLeft": 0.25, "LipFunnelUpperRight": 0.25,
         "LipFunnelLowerLeft": 0.25, "LipFunnelLowerRight": 0.25},
        {"LipFunnel": 1.0}, {"LipFunnelUpper": 0.5, "LipFunnelLower": 0.5},
        {"LipSuckFunnelUpper": -0.5, "LipSuckFunnelLower": -0.5},
    ),
    "mouthPucker": (
        {"LipPuckerUpperLeft": 0.25, "LipPuckerUpperRight": 0.25,
         "LipPuckerLowerLeft": 0.25, "LipPuckerLowerRight": 0.25},
        {"LipPucker": 1.0}, {"LipPuckerUpper": 0.5, "LipPuckerLower": 0.5},
        {"LipPuckerLeft": 0.5, "LipPuckerRight": 0.5},
    ),
    "mouthRollUpper": (
        {"LipSuckUpperLeft": 0.5, "LipSuckUpperRight": 0.5}, {"LipSuckUpper": 1.0}, {"LipSuck": 1.0},
        {"LipSuckFunnelUpper": 1.0},
    ),
    "mouthRollLower": (
        {"LipSuckLowerLeft": 0.5, "LipSuckLowerRight": 0.5}, {"LipSuckLower": 1.0}, {"LipSuck": 1.0},
        {"LipSuckFunnelLower": 1.0},
    ),
    "mouthShrugUpper": ({"MouthRaiserUpper": 1.0},),
    "mouthShrugLower": ({"MouthRaiserLower": 1.0},),
    "mouthLeft": (
        {"MouthUpperLeft": 0.5, "MouthLowerLeft": 0.5}, {"MouthX": -1.0},
        {"MouthUpperX": -0.5, "MouthLowerX": -0.5},
    ),
    "mouthRight": (
        {"MouthUpperRight": 0.5, "MouthLowerRight": 0.5}, {"MouthX": 1.0},
        {"MouthUpperX": 0.5, "MouthLowerX": 0.5},
    ),
    "tongueOut": ({"TongueOut": 1.0},),
}  # fmt: skip


def _expanded() -> dict[str, tuple[Terms, ...]]:
    table = dict(_MIDDLE)
    for shape, alternatives in _SIDED.items():
        for side in ("Left", "Right"):
            table[shape.format(side)] = tuple(
                {name.format(side): factor for name, factor in terms.items()} for terms in alternatives
            )
    return table


_SHAPES: Final = _expanded()
_LidNames = tuple[tuple[str, str], ...]
#: Of each eye: indices of eyeBlink and eyeWide, and the names of lid, wide, closed and open.
_EYES: Final[tuple[tuple[int, int, _LidNames], ...]] = tuple(
    (
        INDEX["eyeBlink" + side],
        INDEX["eyeWide" + side],
        tuple((name + side, name) for name in ("EyeLid", "EyeWide", "EyeClosed", "EyeOpen")),
    )
    for side in ("Left", "Right")
)
#: Name -> channel and factor: -1..1 are 90 degrees, and half a metre, in Unity's axes (yaw + to the right, pitch +
#: down, roll + to the left shoulder; x + to the right, z + forward, out of the face).
_HEAD: Final = {
    "Head/Yaw": ("yaw", -pi / 2), "Head/Pitch": ("pitch", -pi / 2), "Head/Roll": ("roll", -pi / 2),
    "Head/PosX": ("x", -0.5), "Head/PosY": ("y", 0.5), "Head/PosZ": ("z", 0.5),
}  # fmt: skip
#: The names of x and of y, of both eyes or of their mean.
_GAZE_NAMES: Final = ((("EyeLeftX", "EyeRightX"), ("EyeLeftY", "EyeRightY")), (("EyeX",), ("EyeY",)))

#: Every known name.
UNIFIED_NAMES: Final[frozenset[str]] = frozenset(
    {name for alternatives in _SHAPES.values() for terms in alternatives for name in terms}
    | {name for _, _, names in _EYES for pair in names for name in pair}
    | {name for axes in _GAZE_NAMES for names in axes for name in names}
    | _HEAD.keys()
)


class UnifiedFace(NamedTuple):
    """A face in the form of `bridge.observation.Observation`.

    Attributes:
        expression: (52,) float64, 0..1; NaN = not sent.
        pose: of yaw, pitch, roll in radians and x, y, z in metres.
        gaze: of yaw, pitch in radians.
    """

    expression: NDArray[np.float64]
    pose: dict[str, float]
    gaze: dict[str, float]


def read_unified(values: Mapping[str, float]) -> UnifiedFace:
    """Translate all values that one sender has sent so far.

    Args:
        values: name after "v2/" -> its last value, finite, -1..1 or a little beyond. A missing name was never sent:
            its value is 0, or the sender does not support it.
    """
    plan = _plan(frozenset(values))
    expression = plan.start.copy()
    for index, terms in plan.shapes:
        total = 0.0
        for name, factor in terms:
            part = values.get(name, 0.0) * factor
            if part > 0.0:
                total += part
        expression[index] = total if total < 1.0 else 1.0
    for place, (blink, wide, names) in enumerate(_EYES):
        if plan.has_lids[place]:
            expression[blink], expression[wide] = _lid(values, names)
    pose = {channel: values[name] * factor for name, channel, factor in plan.head}
    return UnifiedFace(np.array(expression), pose, _gaze(values) if plan.has_gaze else {})


class _Plan(NamedTuple):
    """What is computed from a set of sent names.

    Attributes:
        start: the 52 coefficients before that: 0 in a region with any sent name, since only changed values are sent;
            NaN elsewhere.
        shapes: index of a coefficient, and names and factors of the first alternative of which any name was sent.
        head: name, channel and factor of each sent angle and position.
        has_lids: of the left and right eye. has_gaze: whether any such name was sent.
    """

    start: list[float]
    shapes: tuple[tuple[int, tuple[tuple[str, float], ...]], ...]
    head: tuple[tuple[str, str, float], ...]
    has_lids: tuple[bool, ...]
    has_gaze: bool


@lru_cache(maxsize=64)  # a sender's names change only when another one is sent for the first time
def _plan(names: frozenset[str]) -> _Plan:
    shapes: dict[str, tuple[tuple[str, float], ...]] = {}
    for shape, alternatives in _SHAPES.items():
        sent = next((terms for terms in alternatives if not terms.keys().isdisjoint(names)), None)
        if sent is not None:
            shapes[shape] = tuple(sent.items())
    tracked = {REGION[shape] for shape in shapes}
    start = [nan] * len(BLENDSHAPES)
    for shape in _SHAPES:
        if REGION[shape] in tracked:
            start[INDEX[shape]] = 0.0
    return _Plan(
        start,
        tuple((INDEX[shape], terms) for shape, terms in shapes.items()),
        tuple((name, channel, factor) for name, (channel, factor) in _HEAD.items() if name in names),
        tuple(not names.isdisjoint(name for pair in lids for name in pair) for _, _, lids in _EYES),
        not names.isdisjoint(name for axes in _GAZE_NAMES for both in axes for name in both),
    )


def _lid(values: Mapping[str, float], names: _LidNames) -> tuple[float, float]:
    """eyeBlink and eyeWide of one eye; NaN = not sent. EyeLid = 0.75 open + 0.25 wide."""
    lid, wide, closed, opened = (_first(values, *pair) for pair in names)
    if wide is None and lid is not None:
        wide = (lid - 0.75) / 0.25
    if lid is not None:
        closed = 1.0 - lid / 0.75
    elif opened is not None:
        closed = 1.0 - opened
    return _limited(closed), _limited(wide)


def _gaze(values: Mapping[str, float]) -> dict[str, float]:
    """Both eyes' mean, radians; the sender's x (+ right) and y (+ up) are tangents."""
    for axes in _GAZE_NAMES:
        if any(name in values for names in axes for name in names):
            x, y = (sum(values.get(name, 0.0) for name in names) / len(names) for names in axes)
            return {"yaw": -atan(x), "pitch": atan(y)}
    return {}


def _first(values: Mapping[str, float], *names: str) -> float | None:
    return next((values[name] for name in names if name in values), None)


def _limited(value: float | None) -> float:
    return np.nan if value is None else min(max(value, 0.0), 1.0)
