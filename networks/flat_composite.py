"""An anchored composite in two parts for export: what an emotion gives, once, and a frame, quickly.

    felt, frame = FeltPart(anchored), FramePart(anchored)       # AnchoredComposite(net, encoder)
    made = with_lips_kept(basic, frame(basic, *felt(wanted)))   # as anchored(basic, wanted), to rounding

An emotion's tokens depend on no frame. So their keys and values are worked out where the emotion changes, with the
matrices of all projections multiplied out: scores of a head are (n A + a) (m B)', where n and m are normalised tokens and
the norms' scales are part of A and B; with K = m B A' a frame needs no projection of its own tokens. What a key's bias adds
is the same for every source, and softmax takes it away. Values hold the last projection as well; its bias is spread over
the heads, whose weights sum to one. Heads lie side by side, so that nothing is transposed in a frame.

The rule for lips is left to `face.lips_held`, which holds it besides.

Source: A. Vaswani et al., "Attention is all you need", 2017, eq. 1.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from networks.composite import (
    HEADS,
    TOKENS,
    WIDTH,
    AnchoredComposite,
    Attention,
    CompositeNet,
)
from networks.emotion_filter import LOWER, UPPER

_DEPTH: Final = WIDTH // HEADS


class Felt(NamedTuple):
    """What attention sees of two emotions, the wanted one and none; S = HEADS * TOKENS, heads side by side.

    Attributes:
        region_keys: (2, 2 regions, WIDTH, S). region_scores: (2, 2, 1, S), of a token of zeros.
        region_values: (2, 2, S, WIDTH). keys: (2, WIDTH, S). scores: (2, 1, S). values: (2, S, WIDTH): those of all tokens.
    """

    region_keys: Tensor
    region_scores: Tensor
    region_values: Tensor
    keys: Tensor
    scores: Tensor
    values: Tensor


class FeltPart(nn.Module):
    """The emotion's part of a composite; is not trained."""

    def __init__(self, anchored: AnchoredComposite) -> None:
        super().__init__()
        net = _net(anchored)
        self.encoder, self.emotion = anchored.encoder, net.emotion
        self.register_buffer("none", anchored.none)
        with torch.no_grad():
            made = [_Source(one) for one in (*net.to_region, net.to_all)]
            for name in ("keys", "scores", "values", "values_bias"):
                self.register_buffer(name, torch.stack([getattr(one, name) for one in made]))

    def forward(self, wanted: Tensor) -> Felt:
        """What is felt of the expression of an emotion alone (1, 52), 0..1."""
        codes = torch.cat([self.encoder(wanted), self.none])
        tokens = _normal(self.emotion(codes).unflatten(1, (TOKENS, WIDTH)))[:, None, None]
        # (2, 3, HEADS, TOKENS, n) of tokens (2, 1, 1, TOKENS, WIDTH) and matrices (3, HEADS, WIDTH, n)
        keys = (tokens @ self.keys).flatten(2, 3).transpose(2, 3)
        scores = (tokens @ self.scores).flatten(2, 3).transpose(2, 3)
        values = (tokens @ self.values + self.values_bias).flatten(2, 3)
        return Felt(keys[:, :2], scores[:, :2], values[:, :2], keys[:, 2], scores[:, 2], values[:, 2])


class _Source:
    """The matrices that make keys, scores of zeros and values of a source's normalised tokens, for each head."""

    def __init__(self, attention: Attention) -> None:
        by, to = attention.of_query, attention.of_source
        query, key, value, out = attention.query, attention.key, attention.value, attention.out
        asks = _heads(by.weight[:, None] * query.weight.T)  # (HEADS, WIDTH, _DEPTH)
        ask_bias = _heads((by.bias @ query.weight.T + query.bias)[None])  # (HEADS, 1, _DEPTH)
        answers = _heads(to.weight[:, None] * key.weight.T) / _DEPTH**0.5
        outs = out.weight.T.unflatten(0, (HEADS, _DEPTH))  # (HEADS, _DEPTH, WIDTH)
        self.keys = answers @ asks.transpose(1, 2)
        self.scores = answers @ ask_bias.transpose(1, 2)
        self.values = _heads(to.weight[:, None] * value.weight.T) @ outs
        self.values_bias = _heads((to.bias @ value.weight.T + value.bias)[None]) @ outs + out.bias / HEADS


class FramePart(nn.Module):
    """The frame's part of a composite; is not trained."""

    def __init__(self, anchored: AnchoredComposite) -> None:
        super().__init__()
        net = _net(anchored)
        self.joint, self.write, self.out = net.joint, net.write, net.among.out
        among = net.among
        with torch.no_grad():
            # one matrix reads both regions, and one makes queries, keys and values
            self.read = nn.Linear(len(UPPER) + len(LOWER), 2 * TOKENS * WIDTH)
            self.read.weight.zero_()
            for rows, region, read in zip(self.read.weight.chunk(2), (UPPER, LOWER), net.read, strict=True):
                rows[:, list(region)] = read.weight
            self.read.bias.copy_(torch.cat([read.bias for read in net.read]))
            self.among = nn.Linear(WIDTH, 3 * WIDTH)
            rows = zip(
                self.among.weight.chunk(3),
                self.among.bias.chunk(3),
                (among.query, among.key, among.value),
                (among.of_query, among.of_source, among.of_source),
                (_DEPTH**-0.5, 1.0, 1.0),
                strict=True,
            )
            for weight, bias, linear, norm, scale in rows:
                weight.copy_(linear.weight * norm.weight * scale)
                bias.copy_((linear.weight @ norm.bias + linear.bias) * scale)
            # which numbers of a token belong to which head
            own = torch.arange(HEADS)[:, None] == torch.arange(WIDTH) // _DEPTH
            self.register_buffer("own", own.float()[:, None])

    def forward(
        self,
        basic: Tensor,
        region_keys: Tensor,
        region_scores: Tensor,
        region_values: Tensor,
        keys: Tensor,
        scores: Tensor,
        values: Tensor,
    ) -> Tensor:
        """Compose one expression (1, 52), 0..1, with what is felt, see `Felt`; returns (1, 52), lips not kept."""
        tokens = self.read(basic).reshape(2, TOKENS, WIDTH)  # (regions, TOKENS, WIDTH)
        tokens = tokens + _seen(_normal(tokens) @ region_keys + region_scores, region_values)
        tokens = tokens.reshape(-1, WIDTH)  # (2 emotions x 2 regions x TOKENS, WIDTH)
        tokens = tokens + self.joint(tokens)
        tokens = tokens + self._among(_normal(tokens))
        normal = _normal(tokens).reshape(2, -1, WIDTH)
        tokens = tokens.reshape(2, -1, WIDTH) + _seen(normal @ keys + scores, values)
        first, second = self.write(tokens.flatten(1)).chunk(2, 1)
        kept = basic * torch.sigmoid(first)
        full, bare = (kept + (1.0 - kept) * torch.relu(second)).clamp(0.0, 1.0).chunk(2)
        return (basic + full - bare).clamp(0.0, 1.0)

    def _among(self, normal: Tensor) -> Tensor:
        """Tokens of each emotion attend to each other: (2 N, WIDTH) -> (2 N, WIDTH)."""
        query, key, value = self.among(normal).reshape(2, -1, 3 * WIDTH).chunk(3, 2)
        key, value = ((one[:, None] * self.own).flatten(1, 2) for one in (key, value))
        made: Tensor = self.out(_seen(query @ key.transpose(1, 2), value).reshape(-1, WIDTH))
        return made


def _net(anchored: AnchoredComposite) -> CompositeNet:
    net = anchored.net
    assert isinstance(net, CompositeNet), f"a CompositeNet is expected, got {type(net).__name__}"
    return net


def _heads(matrix: Tensor) -> Tensor:
    """(N, WIDTH) -> (HEADS, N, _DEPTH)."""
    return torch.stack(matrix.chunk(HEADS, -1))


def _normal(tokens: Tensor) -> Tensor:
    return functional.layer_norm(tokens, (WIDTH,))


def _seen(scores: Tensor, values: Tensor) -> Tensor:
    """Sums over heads of the means of values (..., HEADS * M, WIDTH) by scores (..., N, HEADS * M)."""
    shares = functional.softmax(scores.unflatten(-1, (HEADS, -1)), -1).flatten(-2)
    return shares @ values
