from __future__ import annotations

import numpy as np
import pytest

from protocol.blendshapes import BLENDSHAPES, INDEX, mirrored
from studio.factors import Factors
from training.tracker.recipe import RESTS, face_factors


@pytest.fixture(scope="module")
def many() -> list[Factors]:
    return [factors for identity in range(60) for factors in face_factors(identity, 24, seed=0)]


def test_the_same_seed_makes_the_same_faces_and_another_one_others() -> None:
    first, again, other = (list(face_factors(7, 6, seed)) for seed in (0, 0, 1))
    for one, same in zip(first, again, strict=True):
        assert np.array_equal(one.articulation, same.articulation)
        assert (one.pose, one.gaze, one.view, one.background) == (
            same.pose,
            same.gaze,
            same.view,
            same.background,
        )
    assert any(a.pose != b.pose for a, b in zip(first, other, strict=True))
    # the number of faces does not change the first ones
    assert list(face_factors(7, 2, 0))[1].pose == first[1].pose


def test_every_shape_is_used_clearly_and_to_its_limit(many: list[Factors]) -> None:
    drawn = np.stack([factors.expression() for factors in many])
    assert drawn.min() >= 0.0
    assert drawn.max() <= 1.0
    for name in BLENDSHAPES:
        if not name.startswith("eyeLook"):
            assert (drawn[:, INDEX[name]] > 0.4).sum() >= 8, name
            assert drawn[:, INDEX[name]].max() > 0.9, name


def test_both_sides_of_the_face_are_used_alike_and_also_apart(many: list[Factors]) -> None:
    drawn = np.stack([factors.articulation for factors in many])
    for name in BLENDSHAPES:
        if name.endswith("Left") and not name.startswith("eyeLook"):
            left, right = drawn[:, INDEX[name]], drawn[:, INDEX[mirrored(name)]]
            assert 0.5 < left.sum() / right.sum() < 2.0, name
            assert (abs(left - right) > 0.3).any(), name


@pytest.mark.parametrize(("one", "other"), [("jawLeft", "jawRight"), ("eyeBlinkLeft", "eyeWideLeft")])
def test_shapes_that_undo_each_other_are_never_drawn_together(
    many: list[Factors], one: str, other: str
) -> None:
    drawn = np.stack([factors.articulation for factors in many])
    assert np.minimum(drawn[:, INDEX[one]], drawn[:, INDEX[other]]).max() == 0.0


def test_lips_close_only_over_an_open_jaw(many: list[Factors]) -> None:
    drawn = np.stack([factors.articulation for factors in many])
    assert (drawn[:, INDEX["mouthClose"]] <= drawn[:, INDEX["jawOpen"]]).all()


def test_each_person_begins_with_faces_at_rest_and_none_is_another_persons_light(many: list[Factors]) -> None:
    people = [many[first : first + 24] for first in range(0, len(many), 24)]
    for person in people:
        for factors in person[:RESTS]:
            assert factors.articulation.max() <= 0.12
            assert not factors.emotion.any()
            assert abs(factors.pose.yaw) < 0.85
        assert max(factors.articulation.max() for factors in person[RESTS:]) > 0.5
    # about half of a person's pictures share one light and one camera
    usual = [
        max(sum(one.background == other.background for other in person) for one in person)
        for person in people
    ]
    assert 8 < np.mean(usual) < 16
    assert len({one.background for person in people for one in person}) > 24 * len(people) / 3
