from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch

from networks.patches import CODECS, PICTURE, ConvCodec, PatchCodec


@pytest.mark.parametrize("patch", [4, 8, 16])
@pytest.mark.parametrize("codec", CODECS)
def test_shapes_and_an_output_of_zeros_at_the_beginning(codec: str, patch: int) -> None:
    net = CODECS[codec](7, patch, 24).requires_grad_(False)
    tokens, kept = net.encode(torch.randn(2, 7, 32, 32))
    assert tokens.shape == (2, (32 // patch) ** 2, 24)
    made = net.decode(tokens, kept)
    assert made.shape == (2, PICTURE, 32, 32)
    assert float(made.abs().max()) == 0.0


def test_patches_come_back_where_they_were() -> None:
    """With layers that undo each other, the picture passes unchanged."""
    net = PatchCodec(PICTURE, 4, 64).requires_grad_(False)
    for layer in (net.enter, net.widen, net.leave):
        layer.weight.copy_(torch.eye(*layer.weight.shape))
        if layer.bias is not None:
            layer.bias.zero_()
    picture = torch.randn(2, PICTURE, 16, 16)
    torch.testing.assert_close(net.decode(*net.encode(picture)), picture)


@pytest.mark.parametrize("codec", CODECS)
def test_tokens_are_in_the_order_of_rows(codec: str) -> None:
    torch.manual_seed(0)
    net = CODECS[codec](3, 4, 16).requires_grad_(False)
    one = torch.zeros(1, 3, 16, 16)
    other = one.clone()
    other[:, :, 4:8, 8:12] = 1.0  # the second row of patches, the third of its four
    change = (net.encode(other)[0] - net.encode(one)[0]).abs().sum((0, 2))
    assert float(change[1 * 4 + 2]) > 1.5 * float(change[2 * 4 + 1])  # not in that of columns
    if codec == "patch":
        assert change.nonzero().flatten().tolist() == [1 * 4 + 2]


def test_convolutions_carry_detail_past_the_tokens() -> None:
    torch.manual_seed(0)
    net = ConvCodec(3, 8, 16).requires_grad_(False)
    net.leave.weight.normal_()
    one, other = torch.rand(2, 1, 3, 32, 32)
    tokens, kept = net.encode(one)
    assert float((net.decode(tokens, net.encode(other)[1]) - net.decode(tokens, kept)).abs().max()) > 1e-3
