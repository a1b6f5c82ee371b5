"""GuidanceSchedule: how much a prediction moves away from those without its conditions, over the steps of a picture.

    shares = GuidanceSchedule(2.5, "progressive").shares(0.2)     # {"": 0.4..., "expression": ..., "all": -1.5}

Must match networks/guidance.py, which names the papers.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Final

#: Schedule -> until which time of the flow, 0..1, the expression is left out, and from which on it is whole.
SCHEDULES: Final[dict[str, tuple[float, float]]] = {
    "constant": (0.0, 0.0),
    "progressive": (5 / 35, 10 / 35),
}


def least_steps(schedule: str) -> int:
    """Steps of the flow of which the last sees the whole expression; with fewer, frames would never show it."""
    return ceil(1.0 / (1.0 - SCHEDULES[schedule][1]))


@dataclass(frozen=True, slots=True)
class GuidanceSchedule:
    """A weight, 1 = no guidance, and a key of SCHEDULES."""

    weight: float = 1.0
    schedule: str = "constant"

    def shares(self, time: float) -> dict[str, float]:
        """The factor of each prediction that is needed, by what it drops: "", "expression", "all"; their sum is 1."""
        begins, ends = SCHEDULES[self.schedule]
        full = min(1.0, max(0.0, (time - begins) / (ends - begins))) if ends > begins else 1.0
        found = {"": self.weight * full, "expression": self.weight * (1.0 - full), "all": 1.0 - self.weight}
        return {drop: share for drop, share in found.items() if abs(share) > 1e-9}
