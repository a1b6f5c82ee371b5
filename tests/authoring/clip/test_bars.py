from __future__ import annotations

import numpy as np
import pytest

from authoring.clip.bars import BarFinder, Bars


def framed(left: int, top: int, right: int, bottom: int, *, seed: int = 0) -> np.ndarray:
    """A bright noisy picture (90, 160, 3) with black bars, which an encoder left a little noisy."""
    random = np.random.default_rng(seed)
    picture = random.integers(60, 200, (90, 160, 3)).astype(np.uint8)
    dark = random.integers(0, 12, picture.shape).astype(np.uint8)
    inside = np.zeros((90, 160, 1), bool)
    inside[top : 90 - bottom, left : 160 - right] = True
    return np.where(inside, picture, dark)


@pytest.mark.parametrize("bars", [(0, 12, 0, 12), (30, 0, 30, 0), (20, 10, 21, 9)])
def test_bars_at_opposite_sides_are_found_with_their_mixed_edge(bars: tuple[int, int, int, int]) -> None:
    finder = BarFinder()
    for seed in range(3):
        finder.add(framed(*bars, seed=seed))
    found = finder.bars()
    assert tuple(found) == tuple(width + 1 if width else 0 for width in bars)
    inner = found.cut(framed(*bars))
    assert inner.shape[:2] == (90 - found.top - found.bottom, 160 - found.left - found.right)
    assert inner.min() >= 60


def test_one_dark_side_is_clothes_and_no_bar() -> None:
    finder = BarFinder()
    finder.add(framed(0, 0, 0, 20))
    assert not finder.bars()


def test_a_wholly_black_side_is_a_bar() -> None:
    picture = framed(0, 0, 0, 0)
    picture[70:] = 0
    finder = BarFinder()
    finder.add(picture)
    assert finder.bars() == Bars(bottom=21)


def test_what_was_bright_in_any_frame_is_no_bar() -> None:
    finder = BarFinder()
    finder.add(framed(0, 12, 0, 12))
    finder.add(framed(0, 0, 0, 0))
    assert not finder.bars()


def test_a_black_clip_keeps_its_picture() -> None:
    finder = BarFinder()
    finder.add(np.zeros((90, 160, 3), np.uint8))
    assert finder.bars() == Bars()
    assert not BarFinder().bars()


def test_the_bars_are_described() -> None:
    assert Bars(0, 13, 0, 12).described() == "top 13 px, bottom 12 px"
