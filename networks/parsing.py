"""ParsingNet: which part of a portrait every pixel shows, and how much of the person is in it.

    part, alpha = ParsingNet()(planes)      # (B, 8, S, S) logits, (B, 1, S, S) logits

A residual U-Net of 0.4 GMAC at 160 pixels and 3.1 million weights. Squares of 4 x 4 pixels are folded into channels at both
ends (space to depth, Shi et al. 2016), so that no layer works at full size. The input: `vision.portrait_parts`.

Source: O. Ronneberger et al., "U-Net", MICCAI 2015; K. He et al., "Deep Residual Learning", CVPR 2016.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from torch import Tensor, nn
from torch.nn import functional

from vision.portrait_parts import INPUT_PLANES, PORTRAIT_PARTS

#: Side of the squares that are folded into channels.
_FOLD: Final = 4
#: Channels at 1/4, 1/8, ... of the picture's size; residual blocks of the encoder below the first.
_WIDTHS: Final = (32, 64, 128, 192)
_DEPTHS: Final = (2, 2, 2)


class ParsingLogits(NamedTuple):
    """The network's outputs.

    Attributes:
        part: (B, len(PORTRAIT_PARTS), S, S), logits of a softmax. alpha: (B, 1, S, S), logit of the person's coverage.
    """

    part: Tensor
    alpha: Tensor


def _conv(inner: int, outer: int, *, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inner, outer, 3, stride, 1, bias=False), nn.BatchNorm2d(outer), nn.ReLU(inplace=True)
    )


class _Block(nn.Module):
    """Two convolutions beside a short cut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _conv(width, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.second(self.first(x)))


class _Context(nn.Module):
    """Adds what the whole picture shows to every pixel."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        mean = x.mean(dim=(2, 3))
        added: Tensor = self.second(functional.relu(self.first(mean)))
        return x + added[:, :, None, None]


class ParsingNet(nn.Module):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        widths = _WIDTHS
        self.stem = nn.Sequential(_conv(_FOLD**2 * INPUT_PLANES, widths[0]), _Block(widths[0]))
        self.down = nn.ModuleList(
            nn.Sequential(_conv(inner, outer, stride=2), *(_Block(outer) for _ in range(depth)))
            for inner, outer, depth in zip(widths, widths[1:], _DEPTHS, strict=False)
        )
        self.context = _Context(widths[-1])
        self.lateral = nn.ModuleList(
            nn.Conv2d(inner, outer, 1) for inner, outer in zip(widths[:0:-1], widths[-2::-1], strict=True)
        )
        self.up = nn.ModuleList(nn.Sequential(_conv(outer, outer), _Block(outer)) for outer in widths[-2::-1])
        self.head = nn.Conv2d(widths[0], _FOLD**2 * (len(PORTRAIT_PARTS) + 1), 1)

    def forward(self, planes: Tensor) -> ParsingLogits:
        """Parse pictures (B, INPUT_PLANES, S, S), S a multiple of 32."""
        x = self.stem(functional.pixel_unshuffle(planes - 0.5, _FOLD))
        kept = [x]
        for stage in self.down:
            x = stage(x)
            kept.append(x)
        x = self.context(x)
        for lateral, up, skip in zip(self.lateral, self.up, kept[-2::-1], strict=True):
            x = up(
                functional.interpolate(lateral(x), scale_factor=2, mode="bilinear", align_corners=False)
                + skip
            )
        out = functional.pixel_shuffle(self.head(x), _FOLD)
        return ParsingLogits(out[:, :-1], out[:, -1:])
