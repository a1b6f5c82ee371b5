"""Motions by the names of their channels."""

from __future__ import annotations

from face.motion import Motion
from protocol.channels import CHANNEL_INDEX


def motion(**values: float) -> Motion:
    """`pose_yaw=0.1, expression_jawOpen=1` -> a Motion; everything else is neutral."""
    made = Motion.neutral()
    for name, value in values.items():
        layer, channel = name.split("_")
        made.values[CHANNEL_INDEX[layer][channel]] = value
    return made
