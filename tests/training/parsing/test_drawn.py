from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.made_portraits import made_portrait
from training.parsing import drawn
from training.parsing.drawn import Scene, head_frame
from vision.portrait_parts import PORTRAIT_PART

RED = np.array((1.0, 0.0, 0.0), np.float32)


def scene() -> Scene:
    portrait = made_portrait(0)
    person = portrait.person.astype(np.float32) / 255
    return Scene(
        person[..., :3].copy(), person[..., 3].copy(), portrait.part.copy(), head_frame(portrait.landmarks)
    )


def test_the_frame_follows_forehead_and_chin() -> None:
    frame = scene().head
    np.testing.assert_allclose(frame.down, (0, 110))
    np.testing.assert_allclose(frame.right, (110, 0))
    np.testing.assert_allclose(frame.pixels(np.array([(0.0, 0.0)], np.float32))[0], frame.centre)


@pytest.mark.parametrize(
    ("draw", "name"),
    [
        (drawn.draw_hat, "hat"),
        (drawn.draw_scarf, "hat"),
        (drawn.draw_headphones, "hat"),
        (drawn.draw_glasses, "glasses"),
        (drawn.draw_body, "clothes"),
    ],
)
def test_what_is_put_on_has_its_part_and_belongs_to_the_person(draw: Callable[..., None], name: str) -> None:
    grown = 0
    for seed in range(6):
        before, dressed = scene(), scene()
        draw(dressed, np.random.default_rng(seed), np.broadcast_to(RED, dressed.rgb.shape))
        new = (dressed.part == PORTRAIT_PART[name]) & (before.part != PORTRAIT_PART[name])
        grown += int(new.sum())
        assert 0 <= dressed.alpha.min() <= dressed.alpha.max() <= 1 + 1e-5
        assert (dressed.alpha >= before.alpha - 1e-5).all()
        if new.any():
            assert dressed.alpha[new].mean() > 0.4
            assert np.median(dressed.rgb[new][:, 1]) < 0.2  # red, or darker
    assert grown > 100


def test_hair_is_drawn_behind_the_person() -> None:
    for seed in range(6):
        before, dressed = scene(), scene()
        drawn.draw_hair(dressed, np.random.default_rng(seed), RED)
        face = before.part == PORTRAIT_PART["skin"]
        np.testing.assert_array_equal(dressed.part[face], before.part[face])
        np.testing.assert_allclose(dressed.rgb[face], before.rgb[face], atol=1e-6)
        assert ((dressed.part == PORTRAIT_PART["hair"]) & (before.alpha == 0)).any()


def test_strands_leave_the_outline_of_the_hair() -> None:
    dressed = scene()
    drawn.draw_strands(dressed, np.random.default_rng(1), RED)
    thin = (dressed.alpha > 0) & (scene().alpha == 0)
    assert thin.any()
    assert (dressed.part[thin & (dressed.alpha > 0.1)] == PORTRAIT_PART["hair"]).all()


def test_a_hand_is_skin_outside_the_face_too() -> None:
    dressed = scene()
    drawn.draw_hand(dressed, np.random.default_rng(2), RED)
    assert ((dressed.part == PORTRAIT_PART["skin"]) & (scene().part != PORTRAIT_PART["skin"])).any()
