from __future__ import annotations

import pytest
from pythonosc.osc_bundle import OscBundle

from bridge.forwarders.osc import OscForwarder
from protocol.channels import CHANNELS
from tests.bridge.forwarders.motions import motion


def test_every_layer_is_sent_with_its_channels_in_wire_order() -> None:
    of = motion(
        pose_yaw=0.5, expression_tongueOut=0.25, gaze_pitch=-0.5, emotion_happy=1.0, view_distance=2.0
    )
    (datagram,) = OscForwarder().datagrams(of, time_s=0.0)
    assert len(datagram) < 1472
    messages = list(OscBundle(datagram))
    layers = ["pose", "expression", "gaze", "emotion", "view"]
    assert [message.address for message in messages] == [f"/omote/{layer}" for layer in layers]
    for message, layer in zip(messages, layers, strict=True):
        assert len(message.params) == sum(channel.layer == layer for channel in CHANNELS)
    flat = [value for message in messages for value in message.params]
    assert flat == pytest.approx(of.values)
