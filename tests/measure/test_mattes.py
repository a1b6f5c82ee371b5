"""Errors against figures worked out by hand, and two people of the small head cut out for real."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

from measure.mattes import GROUNDS, MatteErrors, errors_of, markdown_of
from studio.head.source import FaceSource

SIZE = 100


def plain(value: float) -> np.ndarray:
    return np.full((SIZE, SIZE), value, np.float32)


def halves() -> np.ndarray:
    alpha = plain(0.0)
    alpha[:, SIZE // 2 :] = 1
    return alpha


def grey(value: float) -> np.ndarray:
    return np.full((SIZE, SIZE, 3), value, np.float32)


def test_the_truth_has_no_error() -> None:
    assert errors_of(halves(), halves(), grey(0.5), grey(0.5), plain(1) > 0) == (0.0, 0.0, 0.0, 0.0)


def test_errors_are_sums_of_the_known_pixels() -> None:
    known = plain(1) > 0
    known[: SIZE // 2] = False
    sad, mse, gradient, _ = errors_of(plain(0.25), plain(0.0), grey(0.5), grey(0.5), known)
    assert sad == pytest.approx(0.25 * SIZE * SIZE / 2 / 1000)
    assert mse == pytest.approx(0.25**2 * 1000)
    assert gradient == pytest.approx(0.0, abs=1e-9)


def test_a_soft_edge_has_a_gradient_error_and_hardly_a_mean_one() -> None:
    import cv2

    soft = cv2.GaussianBlur(halves(), (0, 0), 4)
    _, mse, gradient, _ = errors_of(soft, halves(), grey(0.5), grey(0.5), plain(1) > 0)
    assert 0 < mse < 25
    assert gradient > 0.005


def test_a_wrong_colour_along_the_outline_is_a_fringe() -> None:
    """Alpha is right and the colour is off by 0.1 wherever the person is: half of the band around the edge."""
    *_, fringe = errors_of(halves(), halves(), grey(0.6), grey(0.5), plain(1) > 0)
    assert fringe == pytest.approx(0.1 * 255 / 2, rel=0.1)
    *_, none = errors_of(halves(), halves(), grey(0.5), grey(0.5), plain(1) > 0)
    assert none == 0.0


def test_the_table_has_means_by_ground_and_of_all() -> None:
    rows = [
        MatteErrors("colours", GROUNDS[0], 10, 1, 2, 3),
        MatteErrors("colours", GROUNDS[1], 20, 3, 4, 5),
        MatteErrors("parsing", GROUNDS[0], 1, 0.5, 0.25, 2),
    ]
    table = markdown_of(rows)
    assert "| all | colours | 2 | 15.00 | 2.00 | 3.00 | 4.00 |" in table
    assert "| studio | parsing | 1 | 1.00 | 0.50 | 0.25 | 2.00 |" in table
    assert "| alike | parsing" not in table


def test_people_of_the_studio_are_cut_out_by_both_methods(ict_source: FaceSource) -> None:
    pytest.importorskip("scipy")
    from authoring.portrait.canvas import EXTENDED_PX
    from authoring.portrait.parsing import Parsed
    from measure.mattes import measure_mattes
    from studio.renderer import Studio
    from vision.portrait_parts import INPUT_PX, PORTRAIT_PARTS

    class Outline:
        """A parser that knows only where the face is."""

        def parse(self, rgb: np.ndarray, known: np.ndarray, landmarks: np.ndarray) -> Parsed:
            from vision.face_outline import face_outline

            assert rgb.shape == (EXTENDED_PX, EXTENDED_PX, 3)
            alpha = face_outline(landmarks * np.float32(INPUT_PX / EXTENDED_PX), INPUT_PX)
            part = np.zeros((len(PORTRAIT_PARTS), INPUT_PX, INPUT_PX), np.float32)
            part[0], part[1] = 1 - alpha, alpha
            return Parsed(part, alpha)

    with Studio(ict_source) as studio:
        rows = measure_mattes(studio, Outline(), 1, seed=0)  # type: ignore[arg-type]
    assert [row.method for row in rows] == ["colours", "parsing"]
    assert all(np.isfinite([row.sad, row.mse, row.gradient, row.fringe]).all() for row in rows)
    # a person is more than a face: what lacks is most of the error
    assert rows[1].sad > 20
