from __future__ import annotations

import numpy as np
import pytest

from studio.head.source import PART
from training.tracker import disturb as module
from training.tracker.disturb import disturb

SIDE = 160


def face() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A face of one colour on black, its parts and landmarks."""
    y, x = np.mgrid[:SIDE, :SIDE] - SIDE / 2
    disc = x**2 + y**2 < 60**2
    part = np.where(disc, PART["face"], 0).astype(np.uint8)
    picture = np.where(disc[..., None], (150, 110, 90), 0).astype(np.uint8)
    landmarks = np.random.default_rng(0).uniform(-40, 40, (478, 2)) + SIDE / 2
    corners = {33: (-40, -15), 133: (-15, -15), 362: (15, -15), 263: (40, -15), 61: (-20, 30), 291: (20, 30)}
    lids = {386: (28, -18), 374: (28, -12), 159: (-28, -18), 145: (-28, -12)}
    oval = {234: (-55, 0), 454: (55, 0), 10: (0, -55), 152: (0, 55), 0: (0, 25), 17: (0, 36)}
    for number, place in (corners | lids | oval).items():
        landmarks[number] = SIDE / 2 + np.array(place)
    return picture, part, landmarks.astype(np.float32)


def test_the_same_generator_disturbs_alike_and_the_picture_stays_one() -> None:
    for seed in range(40):
        picture, part, landmarks = face()
        made, seen = disturb(picture, part, landmarks, np.random.default_rng(seed))
        again, same = disturb(*face(), np.random.default_rng(seed))
        assert made.shape == (SIDE, SIDE, 3)
        assert made.dtype == np.uint8
        assert np.array_equal(made, again)
        assert np.array_equal(seen, same)
        assert ((seen >= 0.0) & (seen <= 1.0)).all()


def test_disturbances_differ_and_hide_some_regions() -> None:
    made = [disturb(*face(), np.random.default_rng(seed)) for seed in range(80)]
    assert len({picture.tobytes() for picture, _ in made}) == 80
    hidden = np.stack([seen for _, seen in made]) < 0.5
    assert (hidden.any(0)).all()  # each region sometimes,
    assert hidden.mean() < 0.2  # but not often


def test_a_covered_mouth_is_called_hidden_and_free_eyes_are_not() -> None:
    _, _, landmarks = face()
    covered = np.zeros((SIDE, SIDE), np.uint8)
    covered[SIDE // 2 + 10 :] = 255
    assert module._seen(covered, landmarks) == pytest.approx([1.0, 1.0, 0.0], abs=0.05)


def test_another_wall_leaves_the_person() -> None:
    picture, part, _ = face()
    made = module._other_wall(picture, part, np.random.default_rng(1))
    inside = part[10:-10, 10:-10] > 0
    inner = np.zeros(part.shape, bool)
    inner[60:100, 60:100] = True
    assert inside.any()
    np.testing.assert_allclose(made[inner], picture[inner], atol=1)
    assert np.abs(made[:5].astype(int) - picture[:5]).mean() > 20
