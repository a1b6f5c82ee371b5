from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.paint.flat_fill import flat_fill, flatness, outline_ink

SKIN, INK, HAIR = (0.95, 0.85, 0.75), (0.2, 0.1, 0.1), (0.5, 0.2, 0.8)


def test_lines_and_edges_are_not_flat() -> None:
    picture = np.full((80, 80, 3), SKIN, np.float32)
    picture[:, 40:43] = INK
    even = flatness(picture)
    assert (even[:, :30] == 1).all()
    assert (even[:, 37:46] == 0).all()


def test_a_hole_takes_a_flat_colour_and_no_outline() -> None:
    """Left skin, right hair, each with its ink beside the hole: only skin and hair come in, in a clean edge."""
    picture = np.full((120, 120, 3), SKIN, np.float32)
    picture[:, 60:] = HAIR
    picture[:, 36:40] = picture[:, 80:84] = INK
    known = np.ones((120, 120), np.float32)
    known[:, 40:80] = 0
    filled = flat_fill(picture, known, known * flatness(picture))
    assert np.abs(filled[:, 44:54] - SKIN).max() < 0.02
    assert np.abs(filled[:, 66:76] - HAIR).max() < 0.02
    assert np.abs(filled[known > 0] - picture[known > 0]).max() == 0


def test_without_trusted_pixels_the_result_is_finite() -> None:
    picture = np.full((20, 20, 3), 0.5, np.float32)
    nothing = np.zeros((20, 20), np.float32)
    assert np.isfinite(flat_fill(picture, nothing, nothing)).all()


@pytest.mark.parametrize("drawn", [True, False])
def test_ink_is_found_where_there_is_an_outline(drawn: bool) -> None:
    rows, columns = np.mgrid[0:200, 0:200]
    away = np.hypot(rows - 100, columns - 100)
    picture = np.full((200, 200, 3), SKIN, np.float32)
    if drawn:
        picture[np.abs(away - 60) < 2.5] = INK
    ink = outline_ink(picture, (away < 60).astype(np.float32))
    assert ink.shape == (4,)
    if drawn:
        assert np.abs(ink[:3] - INK).max() < 0.01
        assert ink[3] > 0.5
    else:
        assert ink[3] == 0
