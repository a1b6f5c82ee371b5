"""A whole report on a small made-up head: the methods' frames against the studio's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np
import pytest

from face.motion import Motion
from measure.errors import MeasureError
from measure.evaluation import evaluate
from measure.factors_to_motion import motion_of
from measure.image_metrics import BEST_DB
from measure.methods.method import make_method
from measure.protocols import PROTOCOLS, Plan, cases_of
from studio.head.identity import identities_of
from studio.renderer import Studio

PEOPLE = identities_of("test", 2)
PLAN = Plan(frames=2, run=6, swaps=1, style="clay")
SIZE = 64


class Oracle:
    """A method that returns the true picture of each Motion."""

    name = "oracle"
    placement = None

    def __init__(self, studio: Studio, wrong: bool = False) -> None:
        self._answers: dict[bytes, np.ndarray] = {}
        self._wrong = wrong
        for protocol in PROTOCOLS:
            for person in PEOPLE:
                for case in cases_of(protocol, person, PEOPLE, PLAN):
                    for step in case.steps:
                        told = motion_of(step.factors, case.portrait).values.tobytes() + bytes(
                            [PEOPLE.index(person)]
                        )
                        self._answers[told] = studio.render(step.factors, SIZE).image
        self._person = -1

    def prepare(self, portrait: np.ndarray) -> None:
        self._person += 1
        if self._wrong and self._person == 1:
            raise MeasureError("this portrait is refused")

    def frames(
        self, motions: Sequence[Motion], *, fps: float, rest: Motion | None = None
    ) -> Iterator[np.ndarray]:
        for motion in motions:
            yield self._answers[motion.values.tobytes() + bytes([self._person])]

    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


def test_true_pictures_score_best_in_every_protocol(small_studio: Studio) -> None:
    with make_method("copy", size=SIZE) as copy:
        evaluation = evaluate(
            small_studio, [Oracle(small_studio), copy], PLAN, PEOPLE, protocols=tuple(PROTOCOLS), size=SIZE
        )
    for row in evaluation.rows:
        if row.method == "oracle":
            assert row.score.psnr_face == BEST_DB
            assert row.score.ssim_all == pytest.approx(1.0)
            assert row.score.psnr_person == BEST_DB
            assert row.score.sharp == 1.0
            assert not row.score.temporal > 0.0
    worse = [
        row.score.psnr_face for row in evaluation.rows if row.method == "copy" and row.protocol == "view"
    ]
    assert np.mean(worse) < 30
    assert {row.protocol for row in evaluation.rows} == set(PROTOCOLS)


def test_a_refused_portrait_is_recorded_and_the_others_are_evaluated(small_studio: Studio) -> None:
    evaluation = evaluate(
        small_studio, [Oracle(small_studio, wrong=True)], PLAN, PEOPLE, protocols=("self",), size=SIZE
    )
    assert evaluation.failed == [("oracle", PEOPLE[1], "this portrait is refused")]
    assert {row.identity for row in evaluation.rows if row.method == "oracle"} == {PEOPLE[0]}
