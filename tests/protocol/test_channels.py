from __future__ import annotations

import pytest

from protocol.blendshapes import BLENDSHAPES
from protocol.channels import CHANNEL_INDEX, CHANNELS, EMOTIONS, LAYER_SLICE, LAYERS


def test_the_slices_of_the_layers_follow_each_other_and_cover_every_channel() -> None:
    places = [i for layer in LAYERS for i in range(len(CHANNELS))[LAYER_SLICE[layer]]]
    assert places == list(range(len(CHANNELS)))
    for layer in LAYERS:
        assert {channel.layer for channel in CHANNELS[LAYER_SLICE[layer]]} == {layer}


def test_the_index_leads_to_the_channel_of_that_layer_and_name() -> None:
    for layer, places in CHANNEL_INDEX.items():
        for name, place in places.items():
            assert (CHANNELS[place].layer, CHANNELS[place].name) == (layer, name)
    assert sum(map(len, CHANNEL_INDEX.values())) == len(CHANNELS)


@pytest.mark.parametrize(
    ("layer", "names"),
    [
        ("pose", ("yaw", "pitch", "roll", "x", "y", "z", "scale")),
        ("expression", BLENDSHAPES),
        ("gaze", ("yaw", "pitch")),
        ("emotion", (*EMOTIONS, "valence", "arousal")),
        ("view", ("azimuth", "elevation", "distance")),
    ],
)
def test_the_wire_order_of_a_layer_is_fixed(layer: str, names: tuple[str, ...]) -> None:
    assert tuple(channel.name for channel in CHANNELS[LAYER_SLICE[layer]]) == names


def test_neutral_lies_within_the_limits_and_signed_channels_reach_equally_far() -> None:
    for channel in CHANNELS:
        assert channel.low <= channel.neutral <= channel.high
        if channel.low < 0.0:
            assert channel.low == -channel.high
            assert channel.neutral == 0.0
