"""Attention over the tokens of frames: block-causal in time, with a sliding window and the portrait as a sink.

    made, now = attention(x, rotary, past=cache, sink=portrait)      # x: (B, T, N, D)

A frame sees its own chunk whole, the `window - 1` chunks before it, and always the portrait. Keys and values of frames that
are past are given and returned: the state of a stream is its caller's.

Sources: A. Vaswani et al., 2017, eq. 1; J. Su et al., "RoFormer" (arXiv 2104.09864), eq. 34, along both axes of a picture;
P. Shaw et al. (arXiv 1803.02155), eq. 4: what is added to a key tells how many frames ago it was, so that cached keys never
change; A. Henry et al. (arXiv 2010.04245): normalised queries and keys; StreamingLLM (arXiv 2309.17453), sink.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional


class KeysValues(NamedTuple):
    """Of M frames, (B, M, heads, N, d) each; of a portrait M = 1. Of all layers: with a first axis more."""

    keys: Tensor
    values: Tensor


def visible_frames(frame: int, chunk: int, window: int) -> tuple[int, int]:
    """The first frame that a frame sees, and the one after the last, counted from the stream's beginning."""
    first = frame // chunk * chunk
    return max(0, first - (window - 1) * chunk), first + chunk


class FrameAttention(nn.Module):
    """Self-attention of all tokens of T frames.

    Args:
        chunk, window: see `visible_frames`.
    """

    def __init__(self, width: int, heads: int, chunk: int, window: int) -> None:
        super().__init__()
        self.heads, self.chunk, self.window = heads, chunk, window
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.query_norm, self.key_norm = (RmsNorm(width // heads) for _ in range(2))
        # added to keys of frames that are chunk - 1 later .. chunk * window - 1 earlier
        self.age = nn.Parameter(torch.zeros(chunk * (window + 1) - 1, heads, width // heads))

    def forward(
        self,
        x: Tensor,
        rotary: tuple[Tensor, Tensor],
        past: KeysValues | None = None,
        sink: KeysValues | None = None,
        given: Tensor | None = None,
    ) -> tuple[Tensor, KeysValues]:
        """Map tokens (B, T, N, D) to the same shape; also returns their own keys and values.

        Args:
            rotary: of the tokens' places, `rotary_of`.
            past: of the frames right before these; whole chunks.
            sink: of the portrait, which is always seen.
            given: (M,) 1 or 0, which frames of `past` there are: at a stream's beginning a cache of fixed size is not full.
        """
        query, key, value = self.qkv(x).unflatten(-1, (3, self.heads, -1)).transpose(2, 4).unbind(3)
        # (B, T, heads, N, d)
        query = turned(self.query_norm(query), rotary)
        now = KeysValues(turned(self.key_norm(key), rotary).to(value.dtype), value)
        keys, values = now
        if past is not None:
            keys = torch.cat([past.keys.to(value.dtype), keys], 1)
            values = torch.cat([past.values.to(value.dtype), values], 1)
        before = keys.shape[1] - x.shape[1]
        lacks = None
        if given is not None:
            lacks = torch.cat([(given - 1.0) * 1e4, given.new_zeros(x.shape[1])])
        made = []
        for frame in range(x.shape[1]):
            first, end = visible_frames(before + frame, self.chunk, self.window)
            seen = slice(first, min(end, before + x.shape[1]))
            # keys and values of all tokens of the frames that this one sees, (B, heads, M N, d)
            begin = self.chunk * self.window - 1 - (before + frame - first)
            age = self.age[begin : begin + seen.stop - first, :, None]  # (M, heads, 1, d)
            near = (keys[:, seen] + age.to(keys.dtype)).transpose(1, 2).flatten(2, 3)
            shown = values[:, seen].transpose(1, 2).flatten(2, 3)
            mask = None
            if lacks is not None:
                mask = lacks[seen, None].expand(-1, x.shape[2]).reshape(1, 1, 1, -1)
            if sink is not None:
                near = torch.cat([near, sink.keys[:, 0].to(near.dtype)], 2)
                shown = torch.cat([shown, sink.values[:, 0].to(shown.dtype)], 2)
                if mask is not None:
                    mask = functional.pad(mask, (0, sink.keys.shape[3]))
            made.append(
                functional.scaled_dot_product_attention(
                    query[:, frame].to(shown.dtype),
                    near,
                    shown,
                    None if mask is None else mask.to(shown.dtype),
                )
            )
        y = torch.stack(made, 1).transpose(2, 3).flatten(3)  # (B, T, N, D)
        return self.out(y), now


class CrossAttention(nn.Module):
    """An adapter: every token of a frame attends to that frame's few condition tokens. Begins without effect."""

    def __init__(self, width: int, heads: int, source: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = RmsNorm(width)
        self.query = nn.Linear(width, width, bias=False)
        self.both = nn.Linear(source, 2 * width)
        self.out = nn.Linear(width, width)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor, source: Tensor) -> Tensor:
        """What is added to tokens (B, T, N, D), given condition tokens (B, T, K, source)."""
        count, frames = x.shape[:2]
        query = self.query(self.norm(x)).flatten(0, 1).unflatten(2, (self.heads, -1)).transpose(1, 2)
        key, value = self.both(source).flatten(0, 1).unflatten(2, (2, self.heads, -1)).unbind(2)
        seen = functional.scaled_dot_product_attention(query, key.transpose(1, 2), value.transpose(1, 2))
        made: Tensor = self.out(seen.transpose(1, 2).flatten(2)).unflatten(0, (count, frames))
        return made


class RmsNorm(nn.Module):
    """Divides by the root of the mean square of the last axis, then scales."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., D) to (..., D)."""
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6) * self.weight


def rotary_of(grid: int, width: int, scale: float = 1.0) -> tuple[Tensor, Tensor]:
    """Cosines and sines (N, width) of a grid's places: the first half of the channels turns with y, the other with x.

    Args:
        grid: tokens along a side. width: of a head, a multiple of 4.
        scale: size of a cell, in cells of a frame: a reduced portrait lies over the whole frame.
    """
    places = (torch.arange(grid) + 0.5) * scale
    rates = 100.0 ** -(torch.arange(width // 4) / (width // 4))
    along = places[:, None] * rates  # (grid, width / 4)
    y, x = along[:, None].expand(-1, grid, -1), along[None].expand(grid, -1, -1)
    angles = torch.cat([y, x], -1).flatten(0, 1)  # (N, width / 2)
    return torch.cos(angles).repeat(1, 2), torch.sin(angles).repeat(1, 2)


def turned(x: Tensor, rotary: tuple[Tensor, Tensor]) -> Tensor:
    """Queries or keys (..., N, d) turned by their places."""
    cosine, sine = rotary
    first, second = x.chunk(2, -1)
    return x * cosine + torch.cat([-second, first], -1) * sine
