"""The background behind a person whose place is known, against the same background without the person."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

import cv2

from authoring.portrait.backdrop import without_person

SIZE = 320


def scene(grain: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A lit wall with a red person before it: picture, alpha, the wall alone without its grain."""
    rows, columns = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32) / SIZE
    wall = np.stack([0.4 + 0.3 * columns, 0.5 + 0.2 * rows, 0.6 - 0.2 * columns], -1)
    noise = cv2.GaussianBlur(
        np.random.default_rng(0).standard_normal((SIZE, SIZE)).astype(np.float32), (0, 0), 0.7
    )
    alpha = np.clip((70 - np.hypot(columns * SIZE - 160, rows * SIZE - 150)) / 4 + 0.5, 0, 1)
    grainy = wall + grain * (noise / noise.std())[..., None]
    rgb = np.array((0.8, 0.1, 0.1)) * alpha[..., None] + grainy * (1 - alpha[..., None])
    return np.clip(rgb, 0, 1).astype(np.float32), alpha.astype(np.float32), wall.astype(np.float32)


def test_the_wall_goes_on_behind_the_person_without_a_rest_of_red() -> None:
    rgb, alpha, wall = scene(0.0)
    plate = without_person(rgb, alpha)
    assert plate.dtype == np.float32
    assert np.abs(plate - wall).max() < 0.03
    assert np.abs(rgb - wall).max() > 0.3


def test_far_pixels_stay_as_they_are() -> None:
    rgb, alpha, _ = scene(0.02)
    plate = without_person(rgb, alpha)
    far = cv2.dilate((alpha > 0).astype(np.uint8), np.ones((61, 61), np.uint8)) == 0
    np.testing.assert_array_equal(plate[far], rgb[far])


def test_grain_goes_on_as_strong_and_as_fine() -> None:
    rgb, alpha, wall = scene(0.02)
    plate = without_person(rgb, alpha)
    inside = alpha > 0.99
    far = alpha == 0
    added, own = plate - wall, rgb - wall
    assert added[inside].std() == pytest.approx(own[far].std(), rel=0.35)
    # neighbours are as alike in the filled part as in the wall
    across = [
        np.corrcoef(values[:, :-1][mask[:, :-1]].ravel(), values[:, 1:][mask[:, :-1]].ravel())[0, 1]
        for values, mask in (
            (added[..., 0], cv2.erode(inside.astype(np.uint8), np.ones((9, 9))) > 0),
            (own[..., 0], far),
        )
    ]
    assert across[0] == pytest.approx(across[1], abs=0.2)


def test_no_piece_of_the_picture_is_copied_into_the_hole() -> None:
    """A dark cross on the wall, far from the person, appears only once."""
    rgb, alpha, wall = scene(0.01)
    rgb[20:60, 38:42] = 0.1
    rgb[38:42, 20:60] = 0.1
    plate = without_person(rgb, alpha)
    assert np.abs(plate - wall)[alpha > 0.99].max() < 0.15


def test_a_person_who_fills_the_picture_leaves_one_tone() -> None:
    rgb, _, _ = scene(0.0)
    plate = without_person(rgb, np.ones((SIZE, SIZE), np.float32))
    np.testing.assert_allclose(plate, np.broadcast_to(rgb.mean((0, 1)), rgb.shape), atol=1e-5)


def test_without_a_person_the_picture_is_the_plate() -> None:
    rgb, alpha, _ = scene(0.0)
    np.testing.assert_array_equal(without_person(rgb, np.zeros_like(alpha)), rgb)
