"""EmotionFilterNet: takes the emotion out of tracked coefficients, region by region, through a narrow bottleneck.

    net = EmotionFilterNet()
    filtered = net(history)              # Filtered: (B, 52) without emotion, and what the bottleneck costs

One network for eyes and brows and one for mouth, jaw, cheeks and nose see the last second of their own shapes alone. A
variational bottleneck of 128 numbers lies between encoder and decoder. The decoder says how much of each shape stays, and
what an emotion took away; the shapes themselves pass beside it, so that speech is neither blurred nor late, and the
tongue, which no emotion moves, passes as it is. With `Form.DECODED` the decoder draws the shapes itself, as in the paper,
whose training without labels needs that.

`HolisticEncoder` sees the whole face; the slow mean of its code is the emotion (`networks.composite`).

Sources: PortraitDirector (arXiv 2604.19129), emotion filtering module; D. Kingma, M. Welling, "Auto-encoding variational
Bayes", ICLR 2014, eq. 10 (KL of a diagonal Gaussian).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

import torch
from torch import Tensor, nn

from face.frame_history import AGES
from protocol.blendshapes import BLENDSHAPES, REGION

#: Shapes of the two regions: eyes and brows; mouth, jaw, cheeks and nose.
UPPER: Final = tuple(i for i, name in enumerate(BLENDSHAPES) if REGION[name] in ("eyes", "brows"))
LOWER: Final = tuple(i for i, name in enumerate(BLENDSHAPES) if REGION[name] not in ("eyes", "brows"))
#: Length of the bottleneck's and of the emotion's code.
BOTTLENECK: Final = 128
EMOTION_CODE: Final = 64
_SHAPES: Final = len(BLENDSHAPES)
_WIDTH: Final = 256
#: Shapes that no emotion moves.
_NEVER_FELT: Final = tuple(name == "tongueOut" for name in BLENDSHAPES)


class Form(Enum):
    """What the decoder returns: shares of the tracked shapes, or the shapes."""

    KEPT = "kept"
    DECODED = "decoded"


@dataclass(frozen=True, slots=True)
class FilterDesign:
    """What an ablation changes.

    Attributes:
        form: of the decoder.
        has_bottleneck: without it, layers of as many weights without noise.
        is_split: one network for each region.
    """

    form: Form = Form.KEPT
    has_bottleneck: bool = True
    is_split: bool = True


class Filtered(NamedTuple):
    """The filter's output.

    Attributes:
        expression: (B, 52) coefficients 0..1 without emotion. divergence: () KL of the bottlenecks, nats a number.
    """

    expression: Tensor
    divergence: Tensor


class EmotionFilterNet(nn.Module):
    """0.5 million weights."""

    def __init__(self, design: FilterDesign | None = None) -> None:
        super().__init__()
        design = design or FilterDesign()
        self.regions = (UPPER, LOWER) if design.is_split else (tuple(range(_SHAPES)),)
        # one network for all shapes has about as many weights as two
        width = _WIDTH if design.is_split else round(_WIDTH * 1.4)
        self.filters = nn.ModuleList(_RegionFilter(len(shapes), width, design) for shapes in self.regions)
        passes = (
            torch.tensor(_NEVER_FELT) if design.form is Form.KEPT else torch.zeros(_SHAPES, dtype=torch.bool)
        )
        self.register_buffer("passes", passes, persistent=False)
        order = torch.tensor([i for shapes in self.regions for i in shapes])
        self.register_buffer("places", torch.argsort(order), persistent=False)

    def forward(self, history: Tensor) -> Filtered:
        """Filter B histories (B, AGES, 52), 0..1, newest first."""
        made, divergence = [], history.new_zeros(())
        for shapes, region in zip(self.regions, self.filters, strict=True):
            filtered = region(history[:, :, list(shapes)])
            made.append(filtered.expression)
            divergence = divergence + filtered.divergence / len(self.regions)
        expression = torch.where(self.passes, history[:, 0], torch.cat(made, 1)[:, self.places])
        return Filtered(expression, divergence)


class _RegionFilter(nn.Module):
    def __init__(self, shapes: int, width: int, design: FilterDesign) -> None:
        super().__init__()
        self.design = design
        code = BOTTLENECK if design.has_bottleneck else width
        self.encoder = nn.Sequential(
            nn.Linear(shapes * len(AGES), width), nn.SiLU(), nn.Linear(width, width), nn.SiLU()
        )
        self.mean = nn.Linear(width, code)
        self.log_variance = nn.Linear(width, code) if design.has_bottleneck else None
        self.decoder = nn.Sequential(nn.Linear(code, width), nn.SiLU(), nn.Linear(width, 2 * shapes))
        with torch.no_grad():  # in the beginning everything stays
            self.decoder[2].weight.mul_(0.1)
            self.decoder[2].bias[:shapes] = 2.0 if design.form is Form.KEPT else -2.0
            self.decoder[2].bias[shapes:] = 0.0

    def forward(self, history: Tensor) -> Filtered:
        """(B, AGES, shapes) -> (B, shapes)."""
        seen = self.encoder(history.flatten(1))
        code, divergence = self.mean(seen), history.new_zeros(())
        if self.log_variance is not None:
            spread = self.log_variance(seen).clamp(-8.0, 4.0)
            divergence = 0.5 * (code.square() + spread.exp() - 1.0 - spread).mean()
            if self.training:
                code = code + torch.randn_like(code) * (0.5 * spread).exp()
        first, second = self.decoder(code).chunk(2, 1)
        if self.design.form is Form.DECODED:
            return Filtered(torch.sigmoid(first), divergence)
        # both ends are reached: what is not emotional passes unchanged, and what is only emotional is gone
        share = 1.2 * torch.sigmoid(first) - 0.1
        within = share.clamp(0.0, 1.0)
        # in training the gradient passes the ends, so that no share stays there
        kept = history[:, 0] * (share + (within - share).detach() if self.training else within)
        # what an emotion takes away from speech, such as the rounding of lips that smile
        given_back = torch.relu(second)
        return Filtered((kept + (1.0 - kept) * given_back).clamp(0.0, 1.0), divergence)


class HolisticEncoder(nn.Module):
    """An autoencoder of the whole face, one frame at a time; frozen before the filter learns."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(_SHAPES, 128), nn.SiLU(), nn.Linear(128, EMOTION_CODE), nn.Tanh()
        )
        self.decoder = nn.Sequential(nn.Linear(EMOTION_CODE, 128), nn.SiLU(), nn.Linear(128, _SHAPES))

    def forward(self, expression: Tensor) -> Tensor:
        """The code (..., EMOTION_CODE), -1..1, of expressions (..., 52)."""
        code: Tensor = self.encoder(expression)
        return code

    def decode(self, code: Tensor) -> Tensor:
        """Expressions (..., 52) of codes."""
        return torch.sigmoid(self.decoder(code))
