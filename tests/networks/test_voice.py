from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch

from networks.voice import DELAYS, INPUTS, VoiceNet


@pytest.fixture(scope="module")
def net() -> VoiceNet:
    torch.manual_seed(3)
    return VoiceNet().eval()


def test_shapes_are_as_documented(net: VoiceNet) -> None:
    reading, state = net(torch.zeros(2, 5, INPUTS))
    assert reading.controls.shape == (2, 5, len(DELAYS), 11)
    assert reading.visemes.shape == (2, 5, len(DELAYS), 15)
    assert reading.speaks.shape == (2, 5, len(DELAYS))
    assert state.memory.shape == (1, 2, 144)


def test_frame_by_frame_equals_the_whole_recording(net: VoiceNet) -> None:
    bands = torch.randn(1, 40, INPUTS, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        whole, _ = net(bands)
        state, parts = None, []
        for first, last in ((0, 1), (1, 2), (2, 9), (9, 40)):
            reading, state = net(bands[:, first:last], state)
            parts.append(reading)
    for name in whole._fields:
        joined = torch.cat([getattr(part, name) for part in parts], 1)
        torch.testing.assert_close(joined, getattr(whole, name), atol=1e-5, rtol=1e-5)


def test_a_frame_does_not_depend_on_later_sound(net: VoiceNet) -> None:
    bands = torch.randn(1, 30, INPUTS, generator=torch.Generator().manual_seed(2))
    other = bands.clone()
    other[:, 20:] += 1.0
    with torch.no_grad():
        first, second = net(bands)[0], net(other)[0]
    torch.testing.assert_close(first.controls[:, :20], second.controls[:, :20])
    assert not torch.allclose(first.controls[:, 20:], second.controls[:, 20:])


def test_it_is_small() -> None:
    assert sum(weights.numel() for weights in VoiceNet().parameters()) * 2 < 2_000_000  # bytes as float16
