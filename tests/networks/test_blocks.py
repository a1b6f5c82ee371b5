from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch

from networks.blocks import Block, Modulated, conv, twice


def test_blocks_begin_as_almost_nothing() -> None:
    torch.manual_seed(0)
    x = torch.randn(2, 8, 6, 6)
    for made in (Block(8)(x), Modulated(8, 5)(x, torch.randn(2, 5))):
        assert made.shape == x.shape
        assert float((made - x).abs().max().detach()) < 0.3


def test_a_code_scales_and_shifts_the_middle() -> None:
    """By hand: convolutions that pass a channel on, so that only FiLM's equation is left."""
    block = Modulated(1, 1)
    with torch.no_grad():
        for layer in (block.first, block.second):
            layer.weight.zero_()
            layer.weight[0, 0, 1, 1] = 1.0
            layer.bias.zero_()
        block.film.weight.copy_(torch.tensor([[2.0], [0.5]]))  # scale, shift
        made = block(torch.full((1, 1, 3, 3), 0.3), torch.tensor([[1.5]]))
    assert torch.allclose(made, torch.full((1, 1, 3, 3), 0.3 + 0.3 * (1 + 3.0) + 0.75))


def test_sizes_halve_and_double() -> None:
    x = torch.arange(16.0).reshape(1, 1, 4, 4)
    assert conv(1, 3, stride=2)(x).shape == (1, 3, 2, 2)
    assert torch.equal(twice(x)[..., ::2, 1::2], x)
