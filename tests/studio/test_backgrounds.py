from __future__ import annotations

import numpy as np

from studio.factors import CameraView, Factors
from studio.renderer import Studio

SIZE = 96


def background(studio: Studio, seed: int, style: str = "real", **more: CameraView) -> np.ndarray:
    return studio.render(Factors(background=seed, style=style, **more), SIZE).background


def test_a_seed_gives_one_background_and_other_seeds_others(small_studio: Studio) -> None:
    pictures = [background(small_studio, seed) for seed in range(8)]
    assert (background(small_studio, 3) == pictures[3]).all()
    assert len({picture.tobytes() for picture in pictures}) == 8


def test_backgrounds_are_out_of_focus(small_studio: Studio) -> None:
    """Neighbouring pixels differ little, also in rooms and among lamps."""
    for seed in range(12):
        picture = background(small_studio, seed).astype(int)
        assert np.abs(np.diff(picture, axis=0)).max() < 60
        assert np.abs(np.diff(picture, axis=1)).max() < 60


def test_anime_backgrounds_are_plain(small_studio: Studio) -> None:
    for seed in range(8):
        plain = background(small_studio, seed, "anime").astype(int)
        assert np.abs(np.diff(plain, axis=0)).max() <= 6
        assert np.abs(np.diff(plain, axis=1)).max() <= 6


def test_the_background_moves_with_the_camera(small_studio: Studio) -> None:
    still, moved = (background(small_studio, 4, view=CameraView(azimuth=turn)) for turn in (0.0, 0.3))
    assert not np.array_equal(still, moved)
