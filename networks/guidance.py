"""Guidance: moves a prediction away from what the network would make without its conditions.

    guided = PROGRESSIVE.guided({"": full, "expression": no_expression, "all": nothing})
    made = sample(guided, begin, steps=35)

The predictions are named by what is dropped. Sources: J. Ho, T. Salimans, "Classifier-free diffusion guidance" (arXiv
2207.12598), eq. 6; DeX-Portrait (arXiv 2512.15524), progressive hybrid guidance: for the first 5 of 35 steps without the
expression, so that the pose settles first, then 5 steps of blending, then with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from torch import Tensor

from networks.flow import Predict


@dataclass(frozen=True, slots=True)
class Guidance:
    """A schedule over the time of the flow, 0..1.

    Attributes:
        weight: 1 = none.
        blends_from, blends_until: until the first, the conditional prediction is that without an expression; from the
            second, the full one.
    """

    weight: float = 1.0
    blends_from: float = 0.0
    blends_until: float = 0.0

    def shares(self, time: float) -> dict[str, float]:
        """The factor of each prediction that is needed, by what it drops; their sum is 1."""
        length = self.blends_until - self.blends_from
        # DeX's blend is full at its end; without a blend everything is full from the beginning
        full = min(1.0, max(0.0, (time - self.blends_from) / length)) if length > 0.0 else 1.0
        found = {"": self.weight * full, "expression": self.weight * (1.0 - full), "all": 1.0 - self.weight}
        return {drop: share for drop, share in found.items() if abs(share) > 1e-9}

    def guided(self, predictions: Mapping[str, Predict]) -> Predict:
        """One prediction of those that the schedule names; those of factor 0 are not computed."""

        def predict(noisy: Tensor, time: float) -> Tensor:
            parts = [share * predictions[drop](noisy, time) for drop, share in self.shares(time).items()]
            total = parts[0]
            for part in parts[1:]:
                total = total + part
            return total

        return predict


NONE: Final = Guidance()
CONSTANT: Final = Guidance(2.5)
#: DeX-Portrait's, at its weight.
PROGRESSIVE: Final = Guidance(2.5, blends_from=5 / 35, blends_until=10 / 35)
