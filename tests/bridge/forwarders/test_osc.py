from __future__ import annotations

import pytest
from pythonosc.osc_bundle import OscBundle

from bridge.forwarders.osc import OscForwarder
from protocol.channels import CHANNELS, LAYERS
from tests.bridge.forwarders.motions import motion


def test_every_layer_is_sent_with_its_channels_in_wire_order() -> None:
    of = motion(
        pose_yaw=0.5, expression_tongueOut=0.25, gaze_pitch=-0.5, emotion_happy=1.0, view_distance=2.0
    )
    (datagram,) = OscForwarder().datagrams(of, time_s=0.0)
    assert len(datagram) == 524
    said = {message.address: message.params for message in OscBundle(datagram)}
    assert list(said) == [
        "/omote/pose", "/omote/expression", "/omote/gaze", "/omote/view", "/omote/weight", "/omote/emotion"
    ]  # fmt: skip
    assert said["/omote/weight"] == [0.0]
    for layer in LAYERS:
        values = [v for v, c in zip(of.values, CHANNELS, strict=True) if c.layer == layer]
        assert said[f"/omote/{layer}"] == pytest.approx(values)
