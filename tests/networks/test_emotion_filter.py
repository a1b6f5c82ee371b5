from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch

from face.frame_history import AGES
from networks.emotion_filter import (
    EMOTION_CODE,
    LOWER,
    UPPER,
    EmotionFilterNet,
    FilterDesign,
    Form,
    HolisticEncoder,
)
from protocol.blendshapes import BLENDSHAPES

DESIGNS = {
    "whole": FilterDesign(),
    "decoded": FilterDesign(Form.DECODED),
    "no bottleneck": FilterDesign(has_bottleneck=False),
    "not split": FilterDesign(is_split=False),
}


def net_of(design: FilterDesign) -> EmotionFilterNet:
    torch.manual_seed(3)
    net: EmotionFilterNet = EmotionFilterNet(design).requires_grad_(False).eval()
    return net


def history(count: int = 5) -> torch.Tensor:
    return torch.rand(count, len(AGES), len(BLENDSHAPES), generator=torch.Generator().manual_seed(7))


@pytest.mark.parametrize("name", DESIGNS)
def test_shapes_and_range(name: str) -> None:
    made = net_of(DESIGNS[name])(history())
    assert made.expression.shape == (5, 52)
    assert made.divergence.shape == ()
    assert 0.0 <= float(made.expression.min()) <= float(made.expression.max()) <= 1.0


def test_every_shape_belongs_to_one_region() -> None:
    assert sorted((*UPPER, *LOWER)) == list(range(52))
    assert {BLENDSHAPES[i][:3] for i in UPPER} == {"eye", "bro"}


def test_regions_do_not_see_each_other_unless_they_are_one() -> None:
    one = history()
    other = one.clone()
    other[:, :, list(UPPER)] = 1.0 - other[:, :, list(UPPER)]
    for design, is_apart in ((FilterDesign(), True), (FilterDesign(is_split=False), False)):
        net = net_of(design)
        lower = [net(x).expression[:, list(LOWER)] for x in (one, other)]
        assert torch.equal(*lower) == is_apart


def test_an_untrained_filter_lets_nearly_everything_pass() -> None:
    one = history()
    assert float((net_of(FilterDesign())(one).expression - one[:, 0]).abs().max()) < 0.15


def test_ablations_have_about_as_many_weights() -> None:
    counts = [sum(p.numel() for p in net_of(design).parameters()) for design in DESIGNS.values()]
    assert max(counts) < 1.2 * min(counts)
    assert max(counts) < 600_000


def test_divergence_is_that_of_a_gaussian_from_the_standard_one() -> None:
    net = net_of(FilterDesign(is_split=False))
    (region,) = net.filters
    with torch.no_grad():
        seen = region.encoder(history().flatten(1))
        mean, spread = region.mean(seen), (0.5 * region.log_variance(seen)).exp()
        known = torch.distributions.kl_divergence(
            torch.distributions.Normal(mean, spread), torch.distributions.Normal(0.0, 1.0)
        )
    torch.testing.assert_close(net(history()).divergence, known.mean())


def test_only_training_adds_noise() -> None:
    net = net_of(FilterDesign())
    assert torch.equal(net(history()).expression, net(history()).expression)
    net.train()
    assert not torch.equal(net(history()).expression, net(history()).expression)


def test_the_encoder_codes_frames_of_any_arrangement() -> None:
    encoder = HolisticEncoder()
    code = encoder(torch.rand(2, 3, 52))
    assert code.shape == (2, 3, EMOTION_CODE)
    assert encoder.decode(code).shape == (2, 3, 52)
