from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch
from torch import Tensor

from networks.attention import (
    CrossAttention,
    FrameAttention,
    KeysValues,
    RmsNorm,
    rotary_of,
    turned,
    visible_frames,
)

WIDTH, HEADS, GRID = 16, 2, 2
TOKENS = GRID * GRID


def attention(chunk: int, window: int) -> FrameAttention:
    torch.manual_seed(chunk * 10 + window)
    made: FrameAttention = FrameAttention(WIDTH, HEADS, chunk, window).requires_grad_(False).double()
    made.age.normal_()
    return made


def rotary() -> tuple[Tensor, Tensor]:
    cosine, sine = rotary_of(GRID, WIDTH // HEADS)
    return cosine.double(), sine.double()


def sees(query: int, key: int, chunk: int, window: int) -> bool:
    """The definition: the frame's own chunk, and window - 1 before it."""
    return 0 <= query // chunk - key // chunk < window


def dense(net: FrameAttention, x: Tensor, sink: KeysValues | None) -> Tensor:
    """All queries against all keys with a mask, pair by pair: the slow reference."""
    count, frames = x.shape[:2]
    query, key, value = net.qkv(x).unflatten(-1, (3, HEADS, -1)).unbind(3)  # (B, T, N, heads, d)
    cosine, sine = (one[:, None] for one in rotary())
    query, key = (
        turned(norm(one), (cosine, sine)) for norm, one in ((net.query_norm, query), (net.key_norm, key))
    )
    made = torch.zeros(count, frames, TOKENS, HEADS, WIDTH // HEADS, dtype=x.dtype)
    for now in range(frames):
        keys, values = [], []
        if sink is not None:
            keys, values = [sink.keys[:, 0].transpose(1, 2)], [sink.values[:, 0].transpose(1, 2)]
        for then in range(frames):
            if sees(now, then, net.chunk, net.window):
                keys.append(key[:, then] + net.age[net.chunk * net.window - 1 - (now - then)])
                values.append(value[:, then])
        all_keys, all_values = torch.cat(keys, 1), torch.cat(values, 1)
        logits = torch.einsum("bnhd,bmhd->bhnm", query[:, now], all_keys) / (WIDTH // HEADS) ** 0.5
        made[:, now] = torch.einsum("bhnm,bmhd->bnhd", logits.softmax(-1), all_values)
    return net.out(made.flatten(3))


@pytest.mark.parametrize(("chunk", "window"), [(1, 1), (1, 3), (2, 1), (2, 2), (3, 2)])
def test_visible_frames_are_those_of_the_definition(chunk: int, window: int) -> None:
    for frame in range(9):
        first, end = visible_frames(frame, chunk, window)
        assert list(range(first, end)) == [key for key in range(20) if sees(frame, key, chunk, window)]


@pytest.mark.parametrize("has_sink", [False, True])
@pytest.mark.parametrize(("chunk", "window"), [(1, 1), (1, 3), (2, 2)])
def test_attention_is_that_of_the_slow_reference(chunk: int, window: int, has_sink: bool) -> None:
    net, x = attention(chunk, window), torch.randn(2, 6, TOKENS, WIDTH, dtype=torch.float64)
    shape = (2, 1, HEADS, 3, WIDTH // HEADS)
    sink = KeysValues(torch.randn(shape).double(), torch.randn(shape).double()) if has_sink else None
    torch.testing.assert_close(net(x, rotary(), sink=sink)[0], dense(net, x, sink), atol=1e-9, rtol=0)


def test_a_stream_with_a_cache_is_the_whole_at_once() -> None:
    net, x = attention(2, 2), torch.randn(1, 8, TOKENS, WIDTH, dtype=torch.float64)
    whole, kept = net(x, rotary())
    past, parts = None, []
    for begin in range(0, 8, 2):
        made, now = net(x[:, begin : begin + 2], rotary(), past)
        parts.append(made)
        past = now  # a window of two chunks shows one that is past
    torch.testing.assert_close(torch.cat(parts, 1), whole, atol=1e-9, rtol=0)
    torch.testing.assert_close(past.keys, kept.keys[:, 6:])  # type: ignore[union-attr]


def test_frames_that_are_not_given_are_not_seen() -> None:
    net, x = attention(1, 3), torch.randn(1, 3, TOKENS, WIDTH, dtype=torch.float64)
    shape = (1, 1, HEADS, 3, WIDTH // HEADS)
    sink = KeysValues(torch.randn(shape).double(), torch.randn(shape).double())
    _, now = net(x, rotary())
    full = KeysValues(*(torch.cat([torch.randn_like(one[:, :1]), one[:, 1:2]], 1) for one in now))
    wanted = net(x[:, 2:], rotary(), KeysValues(*(one[:, 1:2] for one in now)), sink)[0]
    got = net(x[:, 2:], rotary(), full, sink, torch.tensor([0.0, 1.0], dtype=torch.float64))[0]
    torch.testing.assert_close(got, wanted, atol=1e-9, rtol=0)


def test_places_count_by_their_distance() -> None:
    cosine, sine = rotary_of(6, 8)
    query, key = torch.randn(8), torch.randn(8)

    def product(one: tuple[int, int], other: tuple[int, int]) -> float:
        first, second = (y * 6 + x for y, x in (one, other))
        return float(
            turned(query, (cosine[first], sine[first])) @ turned(key, (cosine[second], sine[second]))
        )

    assert product((0, 1), (3, 2)) == pytest.approx(product((2, 3), (5, 4)), abs=1e-5)
    assert product((0, 1), (3, 2)) != pytest.approx(
        product((1, 0), (2, 3)), abs=1e-3
    )  # y and x are told apart


def test_a_reduced_portrait_lies_over_the_whole_frame() -> None:
    """Its one cell of a 2 x 2 frame lies in the frame's middle."""
    cosine, _ = rotary_of(1, 8, scale=2.0)
    frame = torch.acos(rotary_of(2, 8)[0].double())  # angles below pi
    torch.testing.assert_close(torch.acos(cosine[0].double()), frame.mean(0), atol=1e-5, rtol=0)


def test_an_adapter_is_attention_of_torch_and_begins_without_effect() -> None:
    torch.manual_seed(3)
    net = CrossAttention(WIDTH, HEADS, 6).requires_grad_(False)
    x, source = torch.randn(2, 3, 5, WIDTH), torch.randn(2, 3, 4, 6)
    assert float(net(x, source).abs().max()) == 0.0
    net.out.weight.normal_()
    known = torch.nn.MultiheadAttention(WIDTH, HEADS, batch_first=True, bias=False, kdim=6, vdim=6)
    key, value = net.both.weight.chunk(2)
    net.both.bias.zero_()
    with torch.no_grad():
        for theirs, ours in zip(
            (known.q_proj_weight, known.k_proj_weight, known.v_proj_weight, known.out_proj.weight),
            (net.query.weight, key, value, net.out.weight),
            strict=True,
        ):
            theirs.copy_(ours)
        wanted = known(net.norm(x).flatten(0, 1), source.flatten(0, 1), source.flatten(0, 1))[0]
    torch.testing.assert_close(net(x, source).flatten(0, 1), wanted, atol=1e-5, rtol=1e-5)


def test_the_norm_is_that_of_torch() -> None:
    net, x = RmsNorm(8).requires_grad_(False), torch.randn(3, 8)
    net.weight.normal_()
    torch.testing.assert_close(net(x), torch.nn.functional.rms_norm(x, (8,), net.weight, 1e-6))
