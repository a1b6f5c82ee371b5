"""From pictures to tokens and back: the swappable part between pixels and transformer.

    tokens, kept = codec.encode(picture)         # (B, C, S, S) -> (B, N, D)
    made = codec.decode(tokens, kept)            # (B, made, S, S)

`PatchCodec` is JiT's: one linear layer each. `ConvCodec` puts small convolutions around the transformer, with skips past
it: patches have no borders that could be seen. Both begin with zeros as output.

Source: T. Li, K. He, "Back to basics: let denoising generative models denoise" (JiT, arXiv 2511.13720), section 4.
"""

from __future__ import annotations

import math
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from networks.blocks import conv, twice

#: Channels of a picture: RGBA, premultiplied, -1..1.
PICTURE: Final = 4
_WIDTHS: Final = (24, 48, 96, 160)
_BOTTLENECK: Final = 128


class PatchCodec(nn.Module):
    """A linear layer for each patch, through a bottleneck as in JiT."""

    def __init__(self, channels: int, patch: int, width: int, made: int = PICTURE) -> None:
        super().__init__()
        self.patch = patch
        self.enter = nn.Linear(channels * patch * patch, _BOTTLENECK, bias=False)
        self.widen = nn.Linear(_BOTTLENECK, width)
        self.leave = nn.Linear(width, made * patch * patch)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def encode(self, picture: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Tokens (B, N, D), rows first, of a picture (B, C, S, S), S a multiple of the patch."""
        patches = functional.pixel_unshuffle(picture, self.patch)
        return self.widen(self.enter(patches.flatten(2).transpose(1, 2))), []

    def decode(self, tokens: Tensor, kept: list[Tensor]) -> Tensor:
        """Tokens (B, N, D) to channels (B, made, S, S)."""
        grid = math.isqrt(tokens.shape[1])
        patches = self.leave(tokens).transpose(1, 2).unflatten(2, (grid, grid))
        return functional.pixel_shuffle(patches, self.patch)


class ConvCodec(nn.Module):
    """Convolutions that halve and double the size, with skips past the transformer."""

    def __init__(self, channels: int, patch: int, width: int, made: int = PICTURE) -> None:
        super().__init__()
        levels = patch.bit_length() - 1
        assert patch == 2**levels, patch
        assert 1 <= levels <= len(_WIDTHS), patch
        widths = _WIDTHS[:levels]
        # the finest level works on squares of 2 x 2 pixels: a convolution at full size costs as much as all others
        before = (4 * channels, *widths[:-1])
        self.enter = nn.ModuleList(
            conv(i, o, stride=1 if level == 0 else 2)
            for level, (i, o) in enumerate(zip(before, widths, strict=True))
        )
        self.widen = nn.Linear(widths[-1], width)
        self.narrow = nn.Linear(width, widths[-1])
        self.join = nn.ModuleList(conv(2 * wide, wide) for wide in widths)
        self.up = nn.ModuleList(nn.Conv2d(widths[i + 1], widths[i], 1) for i in range(levels - 1))
        self.leave = conv(widths[0], 4 * made)
        nn.init.zeros_(self.leave.weight)
        assert self.leave.bias is not None
        nn.init.zeros_(self.leave.bias)

    def encode(self, picture: Tensor) -> tuple[Tensor, list[Tensor]]:
        """As `PatchCodec.encode`; the second: features of each level, the finest first."""
        x, kept = functional.pixel_unshuffle(picture, 2), []
        for layer in self.enter:
            x = functional.leaky_relu(layer(x), 0.1)
            kept.append(x)
        return self.widen(x.flatten(2).transpose(1, 2)), kept

    def decode(self, tokens: Tensor, kept: list[Tensor]) -> Tensor:
        """As `PatchCodec.decode`."""
        x = self.narrow(tokens).transpose(1, 2).unflatten(2, kept[-1].shape[-2:])
        for level in range(len(kept) - 1, -1, -1):
            x = functional.leaky_relu(self.join[level](torch.cat([x, kept[level].to(x.dtype)], 1)), 0.1)
            if level:
                x = twice(self.up[level - 1](x))
        return functional.pixel_shuffle(self.leave(x), 2)


CODECS: Final[dict[str, type[PatchCodec] | type[ConvCodec]]] = {"patch": PatchCodec, "conv": ConvCodec}
