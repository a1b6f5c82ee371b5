"""PersonalSkinNet: how the skin of a head moves in expressions, told from the place of its vertices at rest alone.

    net = PersonalSkinNet()
    basis = net.basis(features)          # (..., V, ROWS, 3): once for each head
    codes = net.codes(expression, depth) # (..., ROWS): every frame
    offsets = einsum("...k,...vkc->...vc", codes, basis)

Rows of the basis are what each shape moves beyond the mean head's displacement, then bulges and folds of skin, whose
codes are piecewise linear in expression and jaw. So a head's whole network becomes a few more rows beside its shapes.

Source: ExpPortrait (arXiv 2602.19900), identity-adaptive expression transfer: G(neutral place, E(expression, jaw)).
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from face.vertex_features import FEATURES
from protocol.blendshapes import BLENDSHAPES

SHAPES: Final = len(BLENDSHAPES)
#: Rows of bulges, and of folds, which are deeper in older faces.
BULGES, FOLDS = 16, 8
ROWS: Final = SHAPES + BULGES + FOLDS
_WIDTH: Final = 160
#: Outputs of 1 in head-model units.
_SCALE: Final = 0.1
#: Shapes that stay as they are: avatars shut their lids with offsets of their own.
_STILL: Final = [i for i, name in enumerate(BLENDSHAPES) if name.startswith(("eyeBlink", "eyeLook"))]


class PersonalSkinNet(nn.Module):
    """0.1 million weights."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Linear(FEATURES, _WIDTH), nn.SiLU(), nn.Linear(_WIDTH, _WIDTH), nn.SiLU(),
            nn.Linear(_WIDTH, _WIDTH), nn.SiLU(), nn.Linear(_WIDTH, 3 * ROWS),
        )  # fmt: skip
        self.code = nn.Linear(SHAPES, BULGES + FOLDS)
        moves = torch.ones(ROWS, 1)
        moves[_STILL] = 0.0
        self.register_buffer("moves", moves, persistent=False)
        with torch.no_grad():
            self.trunk[6].weight.mul_(0.1)
            self.trunk[6].bias.zero_()
            self.code.weight.mul_(3.0).abs_()
            self.code.bias.fill_(-0.05)

    def basis(self, features: Tensor) -> Tensor:
        """The basis (..., ROWS, 3), head-model units, of vertices (..., FEATURES)."""
        made: Tensor = self.trunk(features).unflatten(-1, (ROWS, 3)) * self.moves * _SCALE
        return made

    def codes(self, expression: Tensor, depth: Tensor | float = 1.0) -> Tensor:
        """The weights (..., ROWS) of the rows for coefficients (..., 52).

        Args:
            depth: of folds, () or (..., 1); 1 = as in the oldest faces.
        """
        nonlinear = functional.relu(self.code(expression))
        folds = nonlinear[..., BULGES:] * depth
        return torch.cat([expression, nonlinear[..., :BULGES], folds], -1)
