"""What steers the diffusion transformer beside its pictures: expression, emotion, pose and time as codes and tokens.

The expression is a code for modulation (FactorPortrait) and 32 tokens for cross-attention (DeX-Portrait), read region by
region. The emotion reaches the tokens alone, through PortraitDirector's composite layer (arXiv 2604.19129):

    l_eye' = l_eye + CrossAttn(l_eye, l_emo), the mouth's likewise
    l'     = SelfAttn(MLP(concat(l_eye', l_mouth')));  l_full = CrossAttn(l', l_emo)

Everything zero means: not given, as guidance needs it.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import torch
from torch import Tensor, nn

from networks.attention import CrossAttention, RmsNorm
from networks.emotion_filter import LOWER, UPPER
from protocol.blendshapes import BLENDSHAPES

_SHAPES: Final = len(BLENDSHAPES)
#: Numbers of an expression: the 52 shapes, gaze yaw and pitch (radians), and 1 where an expression is given.
EXPRESSION_IN: Final = _SHAPES + 3
EMOTIONS_IN: Final = 8
#: Numbers of a pose: yaw, pitch, roll against the camera, shift x and y, log of the scale.
POSE_IN: Final = 6
#: Length of the expression's code; tokens of the expression, and their length.
CODE_OUT: Final = 128
TOKENS: Final = 32
TOKEN: Final = 16
#: Tokens of the pose and of the emotion.
POSE_TOKENS: Final = 4
_EMOTION_TOKENS: Final = 4
_GAZE: Final = (_SHAPES, _SHAPES + 1)
_IS_GIVEN: Final = _SHAPES + 2
_REGIONS: Final = ((*UPPER, *_GAZE, _IS_GIVEN), (*LOWER, _IS_GIVEN))


class Steering(NamedTuple):
    """What T frames are steered by.

    Attributes:
        expression: (B, T, EXPRESSION_IN). emotion: (B, T, EMOTIONS_IN) 0..1. pose: (B, T, POSE_IN).
    """

    expression: Tensor
    emotion: Tensor
    pose: Tensor


class ExpressionEncoder(nn.Module):
    """Code and tokens of expressions; one reader for eyes and brows, one for mouth, jaw, cheeks and nose."""

    def __init__(self, *, has_emotion: bool) -> None:
        super().__init__()
        per_region = TOKENS // len(_REGIONS)
        self.read = nn.ModuleList(
            nn.Sequential(nn.Linear(len(region), 96), nn.SiLU(), nn.Linear(96, per_region * TOKEN))
            for region in _REGIONS
        )
        self.code = nn.Sequential(
            nn.Linear(EXPRESSION_IN, CODE_OUT), nn.SiLU(), nn.Linear(CODE_OUT, CODE_OUT)
        )
        self.joint = nn.Sequential(nn.Linear(TOKEN, 4 * TOKEN), nn.SiLU(), nn.Linear(4 * TOKEN, TOKEN))
        self.among = CrossAttention(TOKEN, 2, TOKEN)
        self.has_emotion = has_emotion
        self.feel = nn.Linear(EMOTIONS_IN, _EMOTION_TOKENS * TOKEN)
        self.to_region = nn.ModuleList(CrossAttention(TOKEN, 2, TOKEN) for _ in _REGIONS)
        self.to_all = CrossAttention(TOKEN, 2, TOKEN)

    def forward(self, expression: Tensor, emotion: Tensor) -> tuple[Tensor, Tensor]:
        """(B, T, EXPRESSION_IN), (B, T, EMOTIONS_IN) -> code (B, T, CODE_OUT) and tokens (B, T, TOKENS, TOKEN)."""
        felt = self.feel(emotion).unflatten(2, (_EMOTION_TOKENS, TOKEN))
        parts = []
        for region, read, attend in zip(_REGIONS, self.read, self.to_region, strict=True):
            tokens = read(expression[..., list(region)]).unflatten(2, (-1, TOKEN))
            parts.append(tokens + attend(tokens, felt) if self.has_emotion else tokens)
        tokens = torch.cat(parts, 2)
        tokens = tokens + self.joint(tokens)
        tokens = tokens + self.among(tokens, tokens)
        if self.has_emotion:
            tokens = tokens + self.to_all(tokens, felt)
        return self.code(expression), tokens


class PoseEncoder(nn.Module):
    """Tokens of the six numbers of a pose, for an adapter of its own (PortraitDirector)."""

    def __init__(self) -> None:
        super().__init__()
        self.read = nn.Sequential(nn.Linear(POSE_IN, 96), nn.SiLU(), nn.Linear(96, POSE_TOKENS * 2 * TOKEN))
        self.norm = RmsNorm(2 * TOKEN)

    def forward(self, pose: Tensor) -> Tensor:
        """(B, T, POSE_IN) -> (B, T, POSE_TOKENS, 2 TOKEN)."""
        tokens: Tensor = self.norm(self.read(pose).unflatten(2, (POSE_TOKENS, 2 * TOKEN)))
        return tokens


class TimeEmbedding(nn.Module):
    """The time of the flow, 0..1, as a code of the expression code's length: both modulate together."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Sequential(nn.Linear(CODE_OUT, CODE_OUT), nn.SiLU(), nn.Linear(CODE_OUT, CODE_OUT))
        rates = 1000.0 * torch.exp(-math.log(10_000.0) * torch.arange(CODE_OUT // 2) / (CODE_OUT // 2))
        self.register_buffer("rates", rates, persistent=False)

    def forward(self, time: Tensor) -> Tensor:
        """(B, T) -> (B, T, CODE_OUT)."""
        return self.mix(sinusoids(time, self.rates))


def sinusoids(time: Tensor, rates: Tensor) -> Tensor:
    """Cosines, then sines of times (...) turned at rates (R): (..., 2 R)."""
    angles = time[..., None] * rates
    return torch.cat([torch.cos(angles), torch.sin(angles)], -1)
