"""Cameras that give one picture again and again, at chosen times."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.trackers.frozen_picture import FROZEN_NS, FrozenPicture

FRAME_NS = 1_000_000_000 // 30
RNG = np.random.default_rng(5)
PICTURE = RNG.integers(0, 256, (120, 161, 3), np.uint8)


def differing(row: int, column: int) -> NDArray[np.uint8]:
    """PICTURE with one value of one pixel changed by one."""
    made = PICTURE.copy()
    made[row, column, 1] ^= 1
    return made


def test_equal_pictures_are_frozen_after_their_time_and_live_with_the_first_that_differs() -> None:
    is_frozen = FrozenPicture()
    seen = [is_frozen(PICTURE.copy(), i * FRAME_NS) for i in range(160)]
    first = seen.index(True)
    assert first * FRAME_NS >= FROZEN_NS > (first - 1) * FRAME_NS
    assert all(seen[first:])
    assert not is_frozen(differing(7, 9), 160 * FRAME_NS)
    assert not is_frozen(PICTURE, 161 * FRAME_NS)


@pytest.mark.parametrize("place", [(0, 0), (16, 32), (119, 160), (1, 1), (50, 77)])
def test_one_pixel_anywhere_that_differs_is_a_live_camera(place: tuple[int, int]) -> None:
    is_frozen = FrozenPicture()
    pictures = PICTURE, differing(*place)
    assert not any(is_frozen(pictures[i % 2], i * FRAME_NS) for i in range(300))


def test_another_size_is_another_picture() -> None:
    is_frozen = FrozenPicture(frozen_ns=0)
    assert not is_frozen(PICTURE, 0)
    assert not is_frozen(PICTURE[:, :160], 1)
    assert is_frozen(PICTURE[:, :160], 2)
