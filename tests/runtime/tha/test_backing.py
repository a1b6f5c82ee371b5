from __future__ import annotations

import numpy as np

from runtime.tha.backing import Backing

SIZE = 32


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (SIZE, SIZE, 4), np.uint8)


def test_it_is_porter_and_duffs_over() -> None:
    pixels, plate = noise(0), noise(1)
    pixels[:4, :, 3], pixels[4:8, :, 3] = 0, 255
    share = pixels[..., 3:] / 255.0
    wanted = pixels[..., :3] * share + plate[..., :3] * (1.0 - share)
    backing = Backing(SIZE)
    backing.put(plate)
    plate[:] = 0  # it has a copy
    backing.draw(pixels)
    assert np.abs(pixels[..., :3] - wanted).max() <= 0.51
    assert (pixels[..., 3] == 255).all()


def test_without_a_picture_nothing_changes() -> None:
    backing, pixels = Backing(SIZE), noise(0)
    backing.draw(pixels)
    assert np.array_equal(pixels, noise(0))
    backing.put(noise(1))
    backing.put(None)
    backing.draw(pixels)
    assert np.array_equal(pixels, noise(0))
