"""The values of the five layers: names, neutral values and limits, in wire order.

The codec's check, the runtime's ownership and limits, and the panel's sliders all read this one table.
Angles in radians, translation in portrait heights, factors relative to the portrait.
Axes: right-handed, +X to the subject's left, +Y up, +Z out of the face; see docs/naming.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from protocol.blendshapes import BLENDSHAPES

LAYERS: Final[tuple[str, ...]] = ("pose", "expression", "gaze", "emotion", "view")
EMOTIONS: Final[tuple[str, ...]] = (
    "happy", "sad", "angry", "surprised", "afraid", "disgusted", "contemptuous", "relaxed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Channel:
    """One number that a driver can move."""

    layer: str
    name: str
    neutral: float
    low: float
    high: float


CHANNELS: Final[tuple[Channel, ...]] = (
    Channel("pose", "yaw", 0.0, -1.2, 1.2),  # + turns the face to the subject's left
    Channel("pose", "pitch", 0.0, -0.9, 0.9),  # + looks up
    Channel("pose", "roll", 0.0, -1.0, 1.0),  # + tilts towards the subject's right shoulder
    Channel("pose", "x", 0.0, -1.0, 1.0),  # + to the subject's left, portrait heights
    Channel("pose", "y", 0.0, -1.0, 1.0),  # + up
    Channel("pose", "z", 0.0, -1.0, 1.0),  # + towards the camera
    Channel("pose", "scale", 1.0, 0.3, 3.0),  # 1 = as in the portrait
    *(Channel("expression", name, 0.0, 0.0, 1.0) for name in BLENDSHAPES),
    Channel("gaze", "yaw", 0.0, -0.8, 0.8),  # + both eyes turn to the subject's left, head frame
    Channel("gaze", "pitch", 0.0, -0.6, 0.6),  # + up
    *(Channel("emotion", name, 0.0, 0.0, 1.0) for name in EMOTIONS),
    Channel("emotion", "valence", 0.0, -1.0, 1.0),
    Channel("emotion", "arousal", 0.0, -1.0, 1.0),
    Channel("view", "azimuth", 0.0, -1.2, 1.2),  # + the camera moves to the subject's left
    Channel("view", "elevation", 0.0, -0.9, 0.9),  # + the camera moves up
    Channel("view", "distance", 1.0, 0.3, 3.0),  # 1 = as in the portrait
)


def _slice_of(layer: str) -> slice:
    places = [i for i, channel in enumerate(CHANNELS) if channel.layer == layer]
    return slice(places[0], places[-1] + 1)


#: Where each layer's channels lie in CHANNELS.
LAYER_SLICE: Final[dict[str, slice]] = {layer: _slice_of(layer) for layer in LAYERS}

#: Place of a channel in CHANNELS by layer and name.
CHANNEL_INDEX: Final[dict[str, dict[str, int]]] = {
    layer: {c.name: i for i, c in enumerate(CHANNELS) if c.layer == layer} for layer in LAYERS
}
