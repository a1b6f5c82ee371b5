from __future__ import annotations

import pytest

from bridge.forwarders.forwarder import Forwarder, layer_values
from bridge.forwarders.livelink import LiveLinkForwarder
from bridge.forwarders.osc import OscForwarder
from bridge.forwarders.vmc import VmcForwarder
from protocol.channels import CHANNELS, LAYERS
from protocol.messages import MotionMessage
from tests.bridge.forwarders.motions import motion


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layers_values_are_its_channels_in_wire_order(layer: str) -> None:
    numbered = MotionMessage(
        frame_id=1, capture_time_ns=0, receive_time_ns=0, values=[float(i) for i in range(len(CHANNELS))]
    )
    expected = [float(i) for i, channel in enumerate(CHANNELS) if channel.layer == layer]
    assert list(layer_values(numbered, layer)) == expected


@pytest.mark.parametrize("forwarder", [VmcForwarder(), LiveLinkForwarder(), OscForwarder()])
def test_every_forwarder_keeps_the_contract(forwarder: Forwarder) -> None:
    datagrams = forwarder.datagrams(motion(), time_s=1e9)
    assert datagrams
    assert all(0 < len(datagram) <= 1472 for datagram in datagrams)  # an Ethernet frame's UDP payload
    assert 0 < forwarder.default_port < 65536
    assert forwarder.name.isalnum()
