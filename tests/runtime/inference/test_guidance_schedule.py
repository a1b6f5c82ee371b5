from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

from networks import guidance
from runtime.inference.guidance_schedule import SCHEDULES, GuidanceSchedule, least_steps

OF_NETWORKS = {"constant": guidance.CONSTANT, "progressive": guidance.PROGRESSIVE}


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_factors_are_those_of_the_networks_guidance(schedule: str) -> None:
    wanted = OF_NETWORKS[schedule]
    made = GuidanceSchedule(wanted.weight, schedule)
    for step in range(41):
        assert made.shares(step / 40) == pytest.approx(wanted.shares(step / 40))


def test_without_guidance_one_prediction_is_made() -> None:
    assert GuidanceSchedule().shares(0.0) == {"": 1.0}


@pytest.mark.parametrize(("schedule", "least"), [("constant", 1), ("progressive", 2)])
def test_the_last_of_the_least_steps_sees_the_whole_expression(schedule: str, least: int) -> None:
    assert least_steps(schedule) == least
    assert "expression" not in GuidanceSchedule(1.0, schedule).shares((least - 1) / least)
    if least > 1:
        assert "expression" in GuidanceSchedule(1.0, schedule).shares((least - 2) / (least - 1))
