"""Motion to forward, made by names."""

from __future__ import annotations

from protocol.channels import CHANNEL_INDEX, CHANNELS
from protocol.messages import MotionMessage


def motion(**channels: float) -> MotionMessage:
    """Neutral but for `layer_channel` values, e.g. pose_yaw=0.3."""
    values = [channel.neutral for channel in CHANNELS]
    for name, value in channels.items():
        layer, channel = name.split("_")
        values[CHANNEL_INDEX[layer][channel]] = value
    return MotionMessage(frame_id=1, capture_time_ns=0, receive_time_ns=0, values=values)
