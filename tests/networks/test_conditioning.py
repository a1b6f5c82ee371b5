from __future__ import annotations

import math

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch

from networks.conditioning import (
    CODE_OUT,
    EMOTIONS_IN,
    EXPRESSION_IN,
    POSE_IN,
    POSE_TOKENS,
    TOKEN,
    TOKENS,
    ExpressionEncoder,
    PoseEncoder,
    TimeEmbedding,
    sinusoids,
)
from protocol.blendshapes import INDEX


def encoder(*, has_emotion: bool) -> ExpressionEncoder:
    torch.manual_seed(0)
    net: ExpressionEncoder = ExpressionEncoder(has_emotion=has_emotion).requires_grad_(False)
    for adapter in (net.among, net.to_all, *net.to_region):
        adapter.out.weight.normal_(std=0.3)
    return net


def test_shapes() -> None:
    code, tokens = encoder(has_emotion=True)(torch.rand(2, 3, EXPRESSION_IN), torch.rand(2, 3, EMOTIONS_IN))
    assert code.shape == (2, 3, CODE_OUT) == (2, 3, 128)
    assert tokens.shape == (2, 3, TOKENS, TOKEN) == (2, 3, 32, 16)
    assert PoseEncoder()(torch.rand(2, 3, POSE_IN)).shape == (2, 3, POSE_TOKENS, 2 * TOKEN)
    assert TimeEmbedding()(torch.rand(2, 3)).shape == (2, 3, CODE_OUT)


@pytest.mark.parametrize("has_emotion", [False, True])
def test_the_emotion_changes_tokens_and_never_the_code(has_emotion: bool) -> None:
    net, expression = encoder(has_emotion=has_emotion), torch.rand(1, 1, EXPRESSION_IN)
    one, other = (net(expression, torch.rand(1, 1, EMOTIONS_IN)) for _ in range(2))
    assert torch.equal(one[0], other[0])
    assert torch.equal(one[1], other[1]) != has_emotion


def test_each_region_is_read_by_a_reader_of_its_own() -> None:
    """Before tokens see each other, the jaw changes the mouth's half alone, and a gaze the eyes'."""
    net = encoder(has_emotion=False)
    net.among.out.weight.zero_()
    rest, half = torch.zeros(1, 1, EXPRESSION_IN), TOKENS // 2
    for place, own in ((INDEX["jawOpen"], 1), (INDEX["eyeBlinkLeft"], 0), (52, 0)):
        moved = rest.clone()
        moved[..., place] = 0.8
        change = (
            net(moved, torch.zeros(1, 1, EMOTIONS_IN))[1] - net(rest, torch.zeros(1, 1, EMOTIONS_IN))[1]
        ).abs()
        halves = change[0, 0, :half].max(), change[0, 0, half:].max()
        assert float(halves[own]) > 1e-3
        assert float(halves[1 - own]) == 0.0


def test_times_are_sinusoids() -> None:
    rates = torch.tensor([1.0, 10.0, 1000.0])
    found = sinusoids(torch.tensor([[0.0, 0.25]]), rates)
    for place, time in enumerate((0.0, 0.25)):
        wanted = [math.cos(time * float(rate)) for rate in rates] + [
            math.sin(time * float(rate)) for rate in rates
        ]
        torch.testing.assert_close(found[0, place], torch.tensor(wanted), atol=1e-4, rtol=0)


def test_times_a_hundredth_apart_are_told_apart_at_once() -> None:
    net = TimeEmbedding()
    codes = sinusoids(torch.linspace(0, 1, 101), net.rates)
    apart = torch.cdist(codes, codes) + 99 * torch.eye(101)
    assert float(apart.min()) > 1.0
    assert float(net.rates.max()) == pytest.approx(1000.0)
