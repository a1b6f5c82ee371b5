"""The values of the five layers in wire order: names, neutral values and limits.

Must match protocol/channels.py; the tests compare both. Angles in radians, translation in portrait heights.
Axes: right-handed, +X to the subject's left, +Y up, +Z out of the face.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from .blendshapes import BLENDSHAPES

LAYERS: Final[tuple[str, ...]] = ("pose", "expression", "gaze", "emotion", "view")
EMOTIONS: Final[tuple[str, ...]] = (
    "happy", "sad", "angry", "surprised", "afraid", "disgusted", "contemptuous", "relaxed",
)  # fmt: skip


class Channel(NamedTuple):
    """One number that a driver can move."""

    layer: str
    name: str
    neutral: float
    low: float
    high: float


CHANNELS: Final[tuple[Channel, ...]] = (
    Channel("pose", "yaw", 0.0, -1.2, 1.2),
    Channel("pose", "pitch", 0.0, -0.9, 0.9),
    Channel("pose", "roll", 0.0, -1.0, 1.0),
    Channel("pose", "x", 0.0, -1.0, 1.0),
    Channel("pose", "y", 0.0, -1.0, 1.0),
    Channel("pose", "z", 0.0, -1.0, 1.0),
    Channel("pose", "scale", 1.0, 0.3, 3.0),
    *(Channel("expression", name, 0.0, 0.0, 1.0) for name in BLENDSHAPES),
    Channel("gaze", "yaw", 0.0, -0.8, 0.8),
    Channel("gaze", "pitch", 0.0, -0.6, 0.6),
    *(Channel("emotion", name, 0.0, 0.0, 1.0) for name in EMOTIONS),
    Channel("emotion", "valence", 0.0, -1.0, 1.0),
    Channel("emotion", "arousal", 0.0, -1.0, 1.0),
    Channel("view", "azimuth", 0.0, -1.2, 1.2),
    Channel("view", "elevation", 0.0, -0.9, 0.9),
    Channel("view", "distance", 1.0, 0.3, 3.0),
)

#: Place of a channel in CHANNELS by layer and name.
PLACES: Final[dict[str, dict[str, int]]] = {
    layer: {c.name: i for i, c in enumerate(CHANNELS) if c.layer == layer} for layer in LAYERS
}
NEUTRAL: Final[tuple[float, ...]] = tuple(channel.neutral for channel in CHANNELS)

#: Radians of gaze at which an eyeLook shape is 1. Must match bridge/forwarders/livelink.py.
_SIDEWAYS_RAD: Final = 0.60
_UP_RAD: Final = 0.50
_DOWN_RAD: Final = 0.55


def looks_of_gaze(yaw: float, pitch: float) -> dict[str, float]:
    """The eyeLook shapes of a gaze in radians, for faces whose eyes are turned by shapes.

    Out is away from the nose, In towards it.
    """
    left, right = min(max(yaw, 0.0) / _SIDEWAYS_RAD, 1.0), min(max(-yaw, 0.0) / _SIDEWAYS_RAD, 1.0)
    up, down = min(max(pitch, 0.0) / _UP_RAD, 1.0), min(max(-pitch, 0.0) / _DOWN_RAD, 1.0)
    return {
        "eyeLookOutLeft": left, "eyeLookInRight": left, "eyeLookInLeft": right, "eyeLookOutRight": right,
        "eyeLookUpLeft": up, "eyeLookUpRight": up, "eyeLookDownLeft": down, "eyeLookDownRight": down,
    }  # fmt: skip
