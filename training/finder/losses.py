"""The finder's loss.

Source: H. Law, J. Deng, "CornerNet", ECCV 2018, eq. 1 (cells near a centre count less where they are wrong).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from torch import Tensor
from torch.nn import functional

from networks.finder import FoundPlaces
from training.finder.batches import SceneBatch

#: Weights of the five places: the nose's root, the size, the tilt.
_WEIGHTS: Final = (0.3, 0.3, 1.0, 0.7, 0.7)


class FinderLoss(NamedTuple):
    """The sum, and its parts by name."""

    total: Tensor
    parts: dict[str, float]


def finder_loss(found: FoundPlaces, batch: SceneBatch) -> FinderLoss:
    """Loss of a batch; the network's numbers in float32."""
    chance = found.logit.sigmoid()
    surely, never = functional.logsigmoid(found.logit), functional.logsigmoid(-found.logit)
    is_centre = (batch.heat >= 1.0).float()
    centre = (is_centre * (1 - chance).square() * surely).sum()
    beside = ((1 - is_centre) * (1 - batch.heat).pow(4) * chance.square() * never).sum()
    heat = -(centre + beside) / is_centre.sum().clamp_min(1.0)
    weights = found.places.new_tensor(_WEIGHTS)[:, None, None]
    errors = functional.smooth_l1_loss(found.places, batch.places, reduction="none", beta=0.1) * weights
    places = (errors.sum(1) * batch.warm).sum() / batch.warm.sum().clamp_min(1.0)
    return FinderLoss(heat + places, {"heat": float(heat.detach()), "places": float(places.detach())})
