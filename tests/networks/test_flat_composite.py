from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch

from networks.composite import HEADS, TOKENS, WIDTH, AnchoredComposite, CompositeNet, with_lips_kept
from networks.emotion_filter import HolisticEncoder
from networks.flat_composite import Felt, FeltPart, FramePart


@pytest.fixture(scope="module")
def anchored() -> AnchoredComposite:
    torch.manual_seed(8)
    net = CompositeNet()
    with torch.no_grad():
        for name, weight in net.named_parameters():
            if "of_" in name:  # norms that do something
                weight.add_(0.3 * torch.randn_like(weight))
    return AnchoredComposite(net, HolisticEncoder()).requires_grad_(False).eval()


def test_both_parts_together_compose_as_the_whole_network(anchored: AnchoredComposite) -> None:
    felt, frame = FeltPart(anchored), FramePart(anchored)
    basic, wanted = torch.rand(8, 52), torch.rand(8, 52)
    made = torch.cat([frame(one[None], *felt(other[None])) for one, other in zip(basic, wanted, strict=True)])
    known = anchored(basic, wanted)
    torch.testing.assert_close(with_lips_kept(basic, made), known, atol=2e-6, rtol=0.0)
    assert float((known - basic).abs().max()) > 0.01


def test_what_is_felt_has_its_shapes(anchored: AnchoredComposite) -> None:
    side = HEADS * TOKENS
    felt = FeltPart(anchored)(torch.rand(1, 52))
    shapes = Felt(
        (2, 2, WIDTH, side),
        (2, 2, 1, side),
        (2, 2, side, WIDTH),
        (2, WIDTH, side),
        (2, 1, side),
        (2, side, WIDTH),
    )
    assert tuple(tuple(one.shape) for one in felt) == tuple(shapes)
