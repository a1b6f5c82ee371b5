from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch

from networks.composite import AnchoredComposite, CompositeNet, PlainComposite
from networks.emotion_filter import EMOTION_CODE, HolisticEncoder
from protocol.blendshapes import INDEX


@pytest.fixture(params=[CompositeNet, PlainComposite])
def net(request: pytest.FixtureRequest) -> torch.nn.Module:
    torch.manual_seed(5)
    made: torch.nn.Module = request.param().requires_grad_(False).eval()
    return made


def test_shape_and_range(net: torch.nn.Module) -> None:
    made = net(torch.rand(4, 52), torch.randn(4, EMOTION_CODE))
    assert made.shape == (4, 52)
    assert 0.0 <= float(made.min()) <= float(made.max()) <= 1.0


def test_the_emotion_changes_the_face(net: torch.nn.Module) -> None:
    basic = torch.rand(4, 52)
    one, other = (net(basic, torch.randn(4, EMOTION_CODE)) for _ in range(2))
    assert float((one - other).abs().max()) > 1e-4


def test_only_the_composite_knows_what_is_spoken_when_it_adds_an_emotion() -> None:
    """The plain one adds the same share of the room that is left, whatever the rest of the face does."""
    code = torch.randn(1, EMOTION_CODE)
    basic = torch.full((2, 52), 0.2)
    basic[1, 17] = 0.9  # the jaw
    for made, is_same in ((PlainComposite(), True), (CompositeNet(), False)):
        one, other = made.requires_grad_(False).eval()(basic, code.expand(2, -1))
        assert torch.equal(one[23:], other[23:]) == is_same


def test_attention_is_that_of_torch() -> None:
    """`Attention` against torch's own multi-head attention with the same weights."""
    torch.manual_seed(1)
    ours = CompositeNet().among
    known = torch.nn.MultiheadAttention(48, 4, batch_first=True)
    with torch.no_grad():
        known.in_proj_weight.copy_(torch.cat([ours.query.weight, ours.key.weight, ours.value.weight]))
        known.in_proj_bias.copy_(torch.cat([ours.query.bias, ours.key.bias, ours.value.bias]))
        known.out_proj.weight.copy_(ours.out.weight)
        known.out_proj.bias.copy_(ours.out.bias)
        tokens, source = torch.randn(2, 8, 48), torch.randn(2, 4, 48)
        query, keys = ours.of_query(tokens), ours.of_source(source)
        torch.testing.assert_close(ours(tokens, source), known(query, keys, keys)[0], atol=1e-5, rtol=1e-5)


def test_an_anchored_composite_changes_nothing_without_an_emotion(net: torch.nn.Module) -> None:
    anchored = AnchoredComposite(net, HolisticEncoder().requires_grad_(False))
    basic = torch.rand(6, 52)
    basic[:, INDEX["mouthClose"]] = torch.linspace(0.0, 1.0, 6) * basic[:, INDEX["jawOpen"]]
    torch.testing.assert_close(anchored(basic, torch.zeros(6, 52)), basic, atol=1e-6, rtol=0.0)
    assert float((anchored(basic, torch.rand(6, 52)) - basic).abs().max()) > 1e-4


class _GapingNet(torch.nn.Module):
    def forward(self, basic: torch.Tensor, emotion: torch.Tensor) -> torch.Tensor:
        opened = basic.clone()
        opened[:, INDEX["jawOpen"]] = 0.9 * (emotion.abs().amax(1) > 0.5)
        return opened


def gaping() -> AnchoredComposite:
    """A composite that opens the jaw to 0.9 for every emotion."""
    encoder = HolisticEncoder().requires_grad_(False)
    with torch.no_grad():
        for layer in encoder.encoder[::2]:
            layer.bias.zero_()  # so that no expression has a code of zeros
        encoder.encoder[2].weight.mul_(100.0)
    return AnchoredComposite(_GapingNet(), encoder)


def test_shut_lips_stay_shut_however_far_an_emotion_opens_the_jaw() -> None:
    basic = torch.zeros(2, 52)
    basic[0, INDEX["jawOpen"]] = basic[0, INDEX["mouthClose"]] = 0.2
    basic[1, INDEX["jawOpen"]] = 0.2
    made = gaping()(basic, torch.ones(2, 52))
    assert float(made[0, INDEX["jawOpen"]]) > 0.8
    assert float(made[0, INDEX["mouthClose"]]) == pytest.approx(float(made[0, INDEX["jawOpen"]]))
    assert float(made[1, INDEX["mouthClose"]]) == 0.0


def test_shut_lips_close_over_a_jaw_that_opens_slowly_without_a_kink() -> None:
    jaw = torch.arange(0.0, 0.3, 0.001)
    basic = torch.zeros(len(jaw), 52)
    basic[:, INDEX["jawOpen"]] = basic[:, INDEX["mouthClose"]] = jaw
    made = gaping()(basic, torch.ones(len(jaw), 52))
    gap = made[:, INDEX["jawOpen"]] - made[:, INDEX["mouthClose"]]
    assert float(gap[0]) > 0.8
    assert float(gap[-1]) < 0.01
    steps = gap.diff()
    assert float(steps.max()) < 1e-6  # never wider again
    assert float(steps.diff().abs().max()) < 0.003  # a ratio that ends at a jaw of 0.05: 0.018
