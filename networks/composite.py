"""CompositeNet: gives an expression without emotion another emotion, by attention.

    net = CompositeNet()
    full = net(basic, emotion)          # (B, 52), (B, EMOTION_CODE) -> (B, 52)
    shown = AnchoredComposite(net, encoder)(basic, wanted)      # what the runtime runs

Each region's tokens attend to the emotion's tokens, then all tokens to each other, then all to the emotion again. What is
read off them is how much of the basic expression stays and what the emotion adds in the room that is left.

Sources: PortraitDirector (arXiv 2604.19129), composite layer; A. Vaswani et al., "Attention is all you need", 2017, eq. 1.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from face.lips_held import LEAST_JAW
from networks.emotion_filter import EMOTION_CODE, LOWER, UPPER, HolisticEncoder
from protocol.blendshapes import BLENDSHAPES, INDEX

_SHAPES: Final = len(BLENDSHAPES)
WIDTH: Final = 48
HEADS: Final = 4
#: Tokens of each region, and of the emotion.
TOKENS: Final = 4
_JAW: Final = INDEX["jawOpen"]
_CLOSE: Final = INDEX["mouthClose"]


class CompositeNet(nn.Module):
    """0.1 million weights."""

    def __init__(self) -> None:
        super().__init__()
        self.read = nn.ModuleList(nn.Linear(len(shapes), TOKENS * WIDTH) for shapes in (UPPER, LOWER))
        self.emotion = nn.Linear(EMOTION_CODE, TOKENS * WIDTH)
        self.to_region = nn.ModuleList(Attention() for _ in (UPPER, LOWER))
        self.joint = nn.Sequential(nn.Linear(WIDTH, 2 * WIDTH), nn.SiLU(), nn.Linear(2 * WIDTH, WIDTH))
        self.among, self.to_all = Attention(), Attention()
        self.write = nn.Sequential(nn.Linear(2 * TOKENS * WIDTH, 160), nn.SiLU(), nn.Linear(160, 2 * _SHAPES))
        with torch.no_grad():
            self.write[2].bias[:_SHAPES] = 3.0
            self.write[2].bias[_SHAPES:] = 0.0

    def forward(self, basic: Tensor, emotion: Tensor) -> Tensor:
        """Compose B expressions (B, 52), 0..1, with emotions (B, EMOTION_CODE); returns (B, 52), 0..1."""
        felt = self.emotion(emotion).unflatten(1, (TOKENS, WIDTH))
        parts = []
        for shapes, read, attend in zip((UPPER, LOWER), self.read, self.to_region, strict=True):
            tokens = read(basic[:, list(shapes)]).unflatten(1, (TOKENS, WIDTH))
            parts.append(tokens + attend(tokens, felt))
        tokens = torch.cat(parts, 1)
        tokens = tokens + self.joint(tokens)
        tokens = tokens + self.among(tokens, tokens)
        tokens = tokens + self.to_all(tokens, felt)
        first, second = self.write(tokens.flatten(1)).chunk(2, 1)
        kept = basic * torch.sigmoid(first)
        return (kept + (1.0 - kept) * torch.relu(second)).clamp(0.0, 1.0)


class Attention(nn.Module):
    """Attention of HEADS heads, normalised before, without what it is added to."""

    def __init__(self) -> None:
        super().__init__()
        self.of_query, self.of_source = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))

    def forward(self, tokens: Tensor, source: Tensor) -> Tensor:
        """Tokens (B, N, C) attend to a source (B, M, C)."""
        tokens, source = self.of_query(tokens), self.of_source(source)
        query, key, value = (
            made.unflatten(2, (HEADS, -1)).transpose(1, 2)
            for made in (self.query(tokens), self.key(source), self.value(source))
        )
        seen = functional.softmax(query @ key.transpose(2, 3) / (WIDTH // HEADS) ** 0.5, -1) @ value
        made: Tensor = self.out(seen.transpose(1, 2).flatten(2))
        return made


class PlainComposite(nn.Module):
    """The ablation: the emotion is added by two layers that do not see the expression; as many weights."""

    def __init__(self) -> None:
        super().__init__()
        self.add = nn.Sequential(nn.Linear(EMOTION_CODE, 1200), nn.SiLU(), nn.Linear(1200, _SHAPES))

    def forward(self, basic: Tensor, emotion: Tensor) -> Tensor:
        """As `CompositeNet.forward`."""
        return (basic + (1.0 - basic) * torch.relu(self.add(emotion))).clamp(0.0, 1.0)


class AnchoredComposite(nn.Module):
    """What a composite adds for an emotion beyond what it adds for none: no emotion changes nothing.

    Lips that meet over an open jaw go on to meet, however far an emotion opens it; a mouth that rests may be opened. In
    between, how far they go on to meet is eased. The runtime besides parts them slowly (`face.lips_held`).
    """

    def __init__(self, net: nn.Module, encoder: HolisticEncoder) -> None:
        super().__init__()
        self.net, self.encoder = net, encoder
        with torch.no_grad():
            self.register_buffer("none", encoder(torch.zeros(1, _SHAPES)))

    def forward(self, basic: Tensor, wanted: Tensor) -> Tensor:
        """Compose B expressions (B, 52), 0..1, with the expressions of emotions alone (B, 52), 0..1; returns (B, 52)."""
        codes = torch.cat([self.encoder(wanted), self.none.expand(basic.shape[0], -1)])
        full, bare = self.net(torch.cat([basic, basic]), codes).chunk(2)
        return with_lips_kept(basic, (basic + full - bare).clamp(0.0, 1.0))


def with_lips_kept(basic: Tensor, made: Tensor) -> Tensor:
    """Shut the lips of composed expressions (B, 52) as far as they are shut in the basic ones (B, 52), and no further."""
    shut = (basic[:, _CLOSE] / basic[:, _JAW].clamp(min=LEAST_JAW)).clamp(max=1.0)
    eased = shut * shut * (3.0 - 2.0 * shut)
    # what speech itself opens stays open
    least = torch.minimum(basic[:, _JAW] - basic[:, _CLOSE], made[:, _JAW] - made[:, _CLOSE])
    gap = torch.maximum((1.0 - eased) * made[:, _JAW], least)
    close = torch.maximum(made[:, _CLOSE], made[:, _JAW] - gap)
    return torch.cat([made[:, :_CLOSE], close[:, None], made[:, _CLOSE + 1 :]], 1)
