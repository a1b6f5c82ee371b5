from __future__ import annotations

import numpy as np
import pytest

from omote.clips.side_by_side import beside

pytest.importorskip("cv2")


def test_beside_puts_the_clip_on_the_left_at_the_same_height() -> None:
    picture = np.full((100, 50, 3), (10, 20, 30), np.uint8)
    pixels = np.full((40, 40, 4), (200, 100, 50, 7), np.uint8)
    joined = beside(picture, pixels)
    assert joined.shape == (40, 60, 4)
    assert joined[20, 10].tolist() == [10, 20, 30, 255]
    assert joined[20, 40].tolist() == [200, 100, 50, 7]
