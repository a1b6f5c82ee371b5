from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

from tests.made_faces import made_faces
from training.finder.scenes import Scene, SceneMaker
from vision.face_search import GREY, SEARCH_PX


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    maker = SceneMaker([made_faces(k, 4) for k in range(3)])
    return [maker.scene(np.random.default_rng([0, number])) for number in range(120)]


def test_the_same_seed_makes_the_same_scene(scenes: list[Scene]) -> None:
    again = SceneMaker([made_faces(k, 4) for k in range(3)]).scene(np.random.default_rng([0, 5]))
    assert np.array_equal(again.picture, scenes[5].picture)
    assert [(one.x, one.y, one.unit) for one in again.faces] == [
        (one.x, one.y, one.unit) for one in scenes[5].faces
    ]


def test_some_scenes_are_empty_some_have_two_faces_and_they_are_of_many_sizes(scenes: list[Scene]) -> None:
    counts = np.bincount([len(scene.faces) for scene in scenes], minlength=3)
    assert counts[0] > 5
    assert counts[1] > 60
    assert counts[2] > 3
    units = np.array([one.unit for scene in scenes for one in scene.faces])
    assert units.min() < 1.5
    assert units.max() > 5.0
    assert np.std([one.tilt for scene in scenes for one in scene.faces]) > 0.1


def test_faces_lie_within_the_bars(scenes: list[Scene]) -> None:
    grey = round(GREY * 255)
    barred = 0
    for scene in scenes:
        is_bar = (scene.picture == grey).all(-1)
        rows, columns = np.flatnonzero(~is_bar.all(1)), np.flatnonzero(~is_bar.all(0))
        barred += len(rows) < SEARCH_PX or len(columns) < SEARCH_PX
        for one in scene.faces:
            assert rows.min() <= one.y <= rows.max() + 1
            assert columns.min() <= one.x <= columns.max() + 1
    assert 50 < barred < 110


def test_the_frame_is_where_the_face_was_laid() -> None:
    """A person of one colour on a wall: the disc's middle, found in the picture, and the frame's agree."""
    maker = SceneMaker([made_faces(0, 1, noise=0)])
    own = maker.scene(np.random.default_rng(0))  # any: only _lay is tested
    wall = np.zeros_like(own.picture)
    checked = 0
    for number in range(40):
        laid = maker._lay(wall.copy(), (0, 0), (), np.random.default_rng(number))
        assert laid is not None
        picture, frame = laid
        # disc of 100 pixels around the middle of 320, whose nose's root is near that
        reach = 100 * frame.unit / _unit()
        inside = [frame.x - reach, frame.x + reach, frame.y - reach, frame.y + reach]
        if min(inside) < 2 or max(inside) > SEARCH_PX - 2:
            continue
        ys, _ = np.nonzero(picture.max(-1) > 60)
        assert ys.min() == pytest.approx(frame.y - reach, abs=0.45 * reach + 3)
        checked += 1
    assert checked >= 3


def _unit() -> float:
    from vision.face_crops import frame_of

    frame = frame_of(made_faces(0, 1).landmarks[0, :, :2])
    assert frame is not None
    return frame.unit
