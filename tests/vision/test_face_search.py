from __future__ import annotations

import numpy as np
import pytest

from vision.face_search import (
    CELL_PX,
    CELLS,
    GREY,
    PLACES,
    SEARCH_PX,
    UNIT_PX,
    fill_search,
    found_face,
    search_view,
)


@pytest.mark.parametrize(("height", "width"), [(720, 1280), (640, 480), (160, 160), (90, 1000), (50, 40)])
def test_the_whole_picture_is_seen_where_the_view_says(height: int, width: int) -> None:
    """A quarter of the picture is white, and its corner is where the view puts it."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[height // 2 :, width // 2 :] = 255
    view = search_view(height, width)
    planes = np.empty((3, SEARCH_PX, SEARCH_PX), np.float32)
    fill_search(picture, view, planes)
    ys, xs = np.nonzero(planes[1] > 0.75)
    assert xs.min() == pytest.approx(view.left + width / 2 * view.scale, abs=1.5)
    assert ys.min() == pytest.approx(view.top + height / 2 * view.scale, abs=1.5)
    outside = np.ones((SEARCH_PX, SEARCH_PX), bool)
    outside[view.top : view.top + view.height, view.left : view.left + view.width] = False
    assert (planes[:, outside] == np.float32(GREY)).all()
    assert max(view.height, view.width) == SEARCH_PX


def maps_of(*faces: tuple[float, float, float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    """What a network that knows all would say: x, y, unit in small pixels, tilt, score."""
    score = np.zeros((CELLS, CELLS), np.float32)
    places = np.random.default_rng(0).normal(0, 3, (PLACES, CELLS, CELLS)).astype(np.float32)
    for x, y, unit, tilt, sure in faces:
        for row in range(CELLS):
            for column in range(CELLS):
                dx, dy = x / CELL_PX - (column + 0.5), y / CELL_PX - (row + 0.5)
                if np.hypot(dx, dy) < 2.5:
                    score[row, column] = sure * np.exp(-(dx**2 + dy**2))
                    places[:, row, column] = dx, dy, np.log(unit / UNIT_PX), np.cos(tilt), np.sin(tilt)
    return score, places


def test_a_face_is_where_the_cells_say_in_pixels_of_the_picture() -> None:
    view = search_view(720, 1280)
    found = found_face(*maps_of((70.3, 81.9, 2.0, 0.3, 1.0)), view)
    assert found is not None
    assert (found.frame.x, found.frame.y) == pytest.approx((70.3 * 8, (81.9 - 35) * 8), abs=0.1)
    assert found.frame.unit == pytest.approx(16.0, rel=1e-4)
    assert found.frame.tilt == pytest.approx(0.3, abs=1e-4)
    assert 0.5 < found.score <= 1.0


@pytest.mark.parametrize(("x", "y"), [(1.0, 1.0), (159.0, 80.0), (80.0, 159.5)])
def test_a_face_at_the_edge_is_found_as_well(x: float, y: float) -> None:
    found = found_face(*maps_of((x, y, 4.0, 0.0, 1.0)), search_view(SEARCH_PX, SEARCH_PX))
    assert found is not None
    assert (found.frame.x, found.frame.y) == pytest.approx((x, y), abs=0.05)


def test_the_surest_face_counts_and_of_two_the_larger() -> None:
    view = search_view(SEARCH_PX, SEARCH_PX)
    near, far = (42.0, 62.0, 4.0, 0.0), (122.0, 62.0, 1.5, 0.0)
    for faces, wanted in (
        (((*near, 0.9), (*far, 0.9)), near),
        (((*near, 0.6), (*far, 1.0)), far),
        (((*far, 0.8), (*near, 0.8)), near),
    ):
        found = found_face(*maps_of(*faces), view)
        assert found is not None
        assert found.frame.x == pytest.approx(wanted[0], abs=0.1)


def test_a_small_sure_face_is_not_lost_beside_a_large_doubtful_one() -> None:
    view = search_view(SEARCH_PX, SEARCH_PX)
    found = found_face(*maps_of((42.0, 62.0, 0.6, 0.0, 0.52), (122.0, 62.0, 12.0, 0.0, 0.48)), view)
    assert found is not None
    assert found.frame.x == pytest.approx(42.0, abs=0.1)


def test_nothing_sure_is_no_face() -> None:
    assert found_face(*maps_of((80.0, 80.0, 3.0, 0.0, 0.4)), search_view(160, 160)) is None
    assert found_face(*maps_of(), search_view(160, 160)) is None
