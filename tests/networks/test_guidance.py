from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch

from networks.flow import Predict, sample
from networks.guidance import CONSTANT, NONE, PROGRESSIVE, Guidance


def test_the_progressive_schedule_is_dex_portraits() -> None:
    """Step by step as the paper has it: t counts from 35 down to 1."""
    weight = 2.5
    for t in range(35, 0, -1):
        if t > 30:
            wanted = {"expression": weight}
        elif t > 25:
            wanted = {"expression": weight * (t - 25) / 5, "": weight * (30 - t) / 5}
        else:
            wanted = {"": weight}
        found = PROGRESSIVE.shares((35 - t) / 35)
        for drop in ("", "expression", "all"):
            meant = wanted.get(drop, 1 - weight if drop == "all" else 0.0)
            assert found.get(drop, 0.0) == pytest.approx(meant, abs=1e-9), (t, drop)


def test_35_steps_need_as_many_evaluations_as_the_paper_says() -> None:
    """Two for most steps, three where two conditional predictions are blended; one without guidance."""

    def evaluations(guidance: Guidance) -> int:
        return sum(len(guidance.shares(step / 35)) for step in range(35))

    assert evaluations(NONE) == 35
    assert evaluations(CONSTANT) == 70
    assert evaluations(PROGRESSIVE) == 74  # the first of the five blended steps is not blended yet


def test_a_guided_prediction_is_extrapolated_and_computes_only_what_it_needs() -> None:
    noisy = torch.zeros(1, 1, 4, 2, 2)

    def constant(value: float) -> Predict:
        return lambda noisy, time: torch.full_like(noisy, value)

    def never(noisy: torch.Tensor, time: float) -> torch.Tensor:
        raise AssertionError

    guided = CONSTANT.guided({"": constant(3.0), "expression": never, "all": constant(1.0)})
    assert float(guided(noisy, 0.0).mean()) == pytest.approx(2.5 * 3.0 - 1.5 * 1.0)
    assert float(sample(guided, noisy, 4).mean()) == pytest.approx(6.0)
    assert float(NONE.guided({"": constant(3.0)})(noisy, 0.5).mean()) == pytest.approx(3.0)
