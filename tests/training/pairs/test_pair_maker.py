"""Pairs of one person, drawn through the real authoring: where the labels say that a point lies, it is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("mediapipe")

from face.conditions import CODE, CONDITION_PX, HEAD, POSE
from face.regions import REGIONS
from measure.factors_to_motion import head_in_camera
from studio.factors import Factors
from studio.head.source import FaceSource
from studio.renderer import Studio, StudioPicture
from training.pairs.drafter import cropped
from training.pairs.pair_maker import PairMaker
from training.pairs.person_pairs import PAIR_PX, PersonPairs
from training.pairs.recipe import moments, portrait_factors

PERSON = 4
COUNT = 4
ROWS = 1 + COUNT  # the portrait itself, then the moments
#: Landmarks on cheeks, forehead and chin, where a portrait shows plain skin.
MARKED = (50, 280, 151, 199)
RADIUS = 5.0  # pixels of the portrait


class Marking:
    """A studio whose portrait has a magenta dot at some true landmarks; the next pictures are as they are."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._is_first = True
        self.blank = False

    def render(self, factors: Factors, size: int) -> StudioPicture:
        picture = self._studio.render(factors, size)
        if self.blank:
            return replace(picture, image=np.full_like(picture.image, 120))
        if not self._is_first:
            return picture
        self._is_first = False
        image = picture.image.copy()
        y, x = np.mgrid[:size, :size] + 0.5
        for place in picture.mediapipe_landmarks[list(MARKED), :2]:
            image[(x - place[0]) ** 2 + (y - place[1]) ** 2 < RADIUS**2] = (255, 0, 255, 255)
        return replace(picture, image=image)

    def close(self) -> None:
        self._studio.close()


@pytest.fixture(scope="module")
def maker(ict_source: FaceSource, shared: Path) -> Iterator[PairMaker]:
    with PairMaker(ict_source, shared / "models" / "face_landmarker.task") as made:
        made._studio = Marking(made._studio)
        yield made


@pytest.fixture(scope="module")
def pairs(maker: PairMaker) -> PersonPairs:
    found = maker.make(PERSON, count=COUNT, seed=0)
    assert found is not None
    return found


def test_arrays_have_the_documented_shapes(pairs: PersonPairs) -> None:
    size, small = (PAIR_PX, PAIR_PX), (CONDITION_PX, CONDITION_PX)
    shapes = {
        "draft": (ROWS, *size, 4), "truth": (ROWS, *size, 4), "conditions": (ROWS, 2, *small, 4),
        "part": (ROWS, *size), "code": (ROWS, CODE), "place_draft": (ROWS, 478, 2), "place_truth": (ROWS, 478, 2),
        "portrait_draft": (*size, 4), "portrait_conditions": (2, *small, 4), "portrait": (*size, 3), "plate": (*size, 3),
        "identity": (),
    }  # fmt: skip
    for name, region in REGIONS.items():
        shapes |= {name: (ROWS, 2, region.height, region.width, 4), f"{name}_crop": (ROWS, 2, 3)}
    assert {name: getattr(pairs, name).shape for name in shapes} == shapes
    assert int(pairs.identity) == PERSON


def test_a_place_in_the_draft_is_where_the_mark_is_drawn(pairs: PersonPairs) -> None:
    gaps = []
    for number in range(ROWS):
        draft = pairs.draft[number].astype(float)
        magenta = np.clip(np.minimum(draft[..., 0], draft[..., 2]) - draft[..., 1] - 40, 0, None)
        for landmark in MARKED:
            x, y = (pairs.place_draft[number, landmark] + 0.5) * PAIR_PX
            u, v = int(x * CONDITION_PX / PAIR_PX), int(y * CONDITION_PX / PAIR_PX)
            if pairs.conditions[number, 0, v, u, 2] < 200:  # seen too obliquely to find its middle
                continue
            top, left = int(y) - 6, int(x) - 6
            window = magenta[top : top + 13, left : left + 13]
            rows, columns = np.mgrid[top : top + 13, left : left + 13] + 0.5
            if window.sum() > 0:
                found = np.array([(columns * window).sum(), (rows * window).sum()]) / window.sum()
                gaps.append(np.linalg.norm(found - (x, y)))
    assert len(gaps) >= 2 * ROWS
    assert np.median(gaps) < 0.6
    assert max(gaps) < 2.0


def test_draft_and_truth_show_the_same_moment(pairs: PersonPairs) -> None:
    """Nearer than to the truth of another moment."""
    for number in range(ROWS):
        draft = pairs.draft[number].astype(float)
        far = [np.abs(draft - truth).mean() for truth in pairs.truth]
        assert int(np.argmin(far)) == number
    apart = np.linalg.norm(pairs.place_draft - pairs.place_truth, axis=2) * PAIR_PX
    assert np.median(apart) < 3.0


def test_codes_are_those_of_the_recipe(pairs: PersonPairs) -> None:
    portrait = portrait_factors(PERSON, 0)
    for code, factors in zip(pairs.code[1:], moments(portrait, PERSON, COUNT, 0), strict=True):
        assert code[:52] == pytest.approx(factors.expression())
        # the fit's own error of the portrait's pose remains
        assert code[HEAD][0] == pytest.approx(head_in_camera(factors)[0], abs=0.12)
        assert np.isfinite(code[POSE]).all()


def test_the_first_pair_is_the_portrait_itself(pairs: PersonPairs) -> None:
    assert np.array_equal(pairs.draft[0], pairs.portrait_draft)
    assert np.array_equal(pairs.conditions[0], pairs.portrait_conditions)
    shown = pairs.draft[0].astype(float)
    over = shown[..., :3] + (1 - shown[..., 3:] / 255) * pairs.plate
    off = [np.abs(over - other).mean() for other in (pairs.portrait, pairs.truth[1][..., :3])]
    assert off[0] < 4.0  # but for the marks, the matte's edge and what the mesh draws anew
    assert off[0] < 0.3 * off[1]


def test_crops_are_cut_from_the_truth(pairs: PersonPairs) -> None:
    """A crop of the stored half-size truth with the stored matrix is about the stored crop."""
    for name in REGIONS:
        matrix = getattr(pairs, f"{name}_crop")[0]
        again = cropped(np.ascontiguousarray(pairs.truth[0]), matrix, name).astype(float)
        assert np.abs(again - getattr(pairs, name)[0, 1]).mean() < 8.0


def test_a_portrait_without_a_face_is_refused(maker: PairMaker, pairs: PersonPairs) -> None:
    maker._studio.blank = True
    assert maker.make(5, count=1, seed=0) is None
