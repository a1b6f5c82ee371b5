from __future__ import annotations

import numpy as np
import pytest

from measure.protocols import FACTORS, PROTOCOLS, Plan, cases_of, portrait_of
from protocol.channels import EMOTIONS
from studio.head.identity import identities_of, identity_weights

PLAN = Plan(frames=3, run=20)
PEOPLE = identities_of("test", 3)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_step_shows_the_portrait_s_person(protocol: str) -> None:
    for case in cases_of(protocol, PEOPLE[0], PEOPLE, PLAN):
        assert case.portrait.view.azimuth == 0.0
        for step in case.steps:
            assert np.array_equal(step.factors.identity, identity_weights(PEOPLE[0]))
            assert step.factors.look == case.portrait.look
            assert step.factors.background == case.portrait.background


def test_a_swap_changes_one_factor_and_no_other() -> None:
    for case in cases_of("factors", PEOPLE[0], PEOPLE, PLAN):
        base, *swapped = case.steps
        assert [step.word for step in swapped] == list(FACTORS)
        for step in swapped:
            of = {
                "pose": step.factors.pose != base.factors.pose,
                "expression": not np.array_equal(step.factors.articulation, base.factors.articulation),
                "emotion": not np.array_equal(step.factors.emotion, base.factors.emotion),
                "gaze": step.factors.gaze != base.factors.gaze,
                "view": step.factors.view != base.factors.view,
            }
            assert [name for name, is_changed in of.items() if is_changed] == [step.word]


def test_drift_ends_with_the_moments_it_starts_with() -> None:
    (case,) = cases_of("drift", PEOPLE[1], PEOPLE, PLAN)
    judged = [step for step in case.steps if step.is_judged]
    assert [step.word for step in judged] == ["start"] * 3 + ["end"] * 3
    for start, end in zip(judged[:3], reversed(judged[3:]), strict=True):
        assert start.factors.pose == end.factors.pose
        assert np.array_equal(start.factors.articulation, end.factors.articulation)
    jumps = [
        abs(b.factors.pose.yaw - a.factors.pose.yaw) for a, b in zip(case.steps, case.steps[1:], strict=False)
    ]
    assert max(jumps) < 0.1


def test_every_emotion_is_drawn_at_half_and_full_intensity() -> None:
    (case,) = cases_of("emotion", PEOPLE[0], PEOPLE, PLAN)
    asked = [(step.word, float(step.factors.emotion.max())) for step in case.steps]
    assert asked == [(name, share) for name in EMOTIONS for share in (0.5, 1.0)]


def test_another_person_s_motion_drives_cross() -> None:
    own, other = (cases_of(protocol, PEOPLE[0], PEOPLE, PLAN)[0] for protocol in ("self", "cross"))
    assert own.steps[0].factors.pose != other.steps[0].factors.pose


def test_another_seed_gives_other_moments() -> None:
    one, other = (cases_of("self", PEOPLE[0], PEOPLE, Plan(seed=seed))[0] for seed in (0, 1))
    assert one.steps[0].factors.pose != other.steps[0].factors.pose
    assert portrait_of(PEOPLE[0], Plan(seed=0)).look == portrait_of(PEOPLE[0], Plan(seed=1)).look
