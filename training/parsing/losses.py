"""The loss of the parsing network: soft parts, and coverage with sharp edges.

loss, parts = parsing_loss(logits, batch)
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from networks.parsing import ParsingLogits
from training.parsing.batches import ParsingBatch
from vision.portrait_parts import PORTRAIT_PART, PORTRAIT_PARTS

#: Parts that fill few pixels count for more.
_WEIGHTS: Final = torch.tensor(
    [{"hat": 1.5, "glasses": 2.0, "ears": 2.0, "neck": 1.5}.get(name, 1.0) for name in PORTRAIT_PARTS]
)
_EDGE: Final = 3.0  # weight of the outline's surroundings, beyond 1
_EDGE_PX: Final = 9


def soft_parts(batch: ParsingBatch) -> Tensor:
    """(B, parts, S, S) float32: the shares of the parts in every pixel, which add up to 1."""
    parts = functional.one_hot(batch.part, len(PORTRAIT_PARTS)).permute(0, 3, 1, 2).float()
    parts[:, PORTRAIT_PART["background"]] = 0.0
    total = parts.sum(1, keepdim=True)
    shares = parts * torch.where(total > 0, batch.alpha, 0.0)
    shares[:, PORTRAIT_PART["background"]] = 1.0 - shares.sum(1)
    return shares


def parsing_loss(logits: ParsingLogits, batch: ParsingBatch) -> tuple[Tensor, dict[str, float]]:
    """The loss of a batch, and its terms as numbers.

    Args:
        logits: float32.
    """
    truth, alpha = soft_parts(batch), batch.alpha
    # an edge of soft or hard coverage: where the largest and the smallest value nearby differ
    reach = _EDGE_PX // 2
    largest = functional.max_pool2d(alpha, _EDGE_PX, 1, reach)
    smallest = -functional.max_pool2d(-alpha, _EDGE_PX, 1, reach)
    near = 1.0 + _EDGE * (largest - smallest)
    weights = _WEIGHTS.to(truth.device).view(1, -1, 1, 1)
    parts = -(truth * weights * functional.log_softmax(logits.part, 1)).sum(1, keepdim=True)
    cross = functional.binary_cross_entropy_with_logits(logits.alpha, alpha, reduction="none")
    made = torch.sigmoid(logits.alpha)
    terms = {
        "part": (parts * near).mean(),
        "alpha": (cross * near).mean(),
        "alpha_l1": 2.0 * ((made - alpha).abs() * near).mean(),
        "alpha_gradient": 2.0 * _gradient_loss(made, alpha),
    }
    total = torch.stack(list(terms.values())).sum()
    return total, {name: float(value.detach()) for name, value in terms.items()}


def _gradient_loss(made: Tensor, truth: Tensor) -> Tensor:
    """Mean absolute difference of the gradients."""
    error = made - truth
    return error.diff(dim=2).abs().mean() + error.diff(dim=3).abs().mean()
