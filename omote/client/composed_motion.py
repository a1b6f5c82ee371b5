"""ComposedMotion: what the runtime made of all drivers for one frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from protocol.channels import CHANNEL_INDEX
from protocol.messages import MotionMessage


@dataclass(frozen=True, slots=True)
class ComposedMotion:
    """The values of one frame by channel, in the units of docs/protocol.md.

    Attributes:
        frame_id: the frame's.
        capture_time_ns, receive_time_ns: of the newest driver that moved it, Unix nanoseconds, 0 = unknown.
        pose, expression, gaze, emotion, view: channel -> value; emotions are already in the expression.
    """

    frame_id: int
    capture_time_ns: int
    receive_time_ns: int
    pose: Mapping[str, float]
    expression: Mapping[str, float]
    gaze: Mapping[str, float]
    emotion: Mapping[str, float]
    view: Mapping[str, float]


def composed_motion(message: MotionMessage) -> ComposedMotion:
    """Name the values of a message that holds at least one value for every channel."""
    layers = {
        layer: {name: message.values[place] for name, place in places.items()}
        for layer, places in CHANNEL_INDEX.items()
    }
    return ComposedMotion(message.frame_id, message.capture_time_ns, message.receive_time_ns, **layers)
