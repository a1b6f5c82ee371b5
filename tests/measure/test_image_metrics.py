"""The metrics against slow references, written as in their papers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from measure.image_metrics import BEST_DB, mean_of, psnr_db, sharpness, ssim_map, temporal_error


def pictures(size: int = 24) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    one = random.integers(0, 256, (size, size, 3), np.uint8)
    other = np.clip(one + random.normal(0, 25, one.shape), 0, 255).astype(np.uint8)
    return one, other


def slow_ssim(frame: np.ndarray, truth: np.ndarray, row: int, column: int) -> float:
    """One pixel of the map, by loops over its window."""
    x, y = (0.299 * p[..., 0] + 0.587 * p[..., 1] + 0.114 * p[..., 2] for p in (frame, truth))
    height, width = x.shape
    total = sx = sy = sxx = syy = sxy = 0.0
    for dv in range(-5, 6):
        for du in range(-5, 6):
            v, u = row + dv, column + du
            v = -1 - v if v < 0 else 2 * height - 1 - v if v >= height else v
            u = -1 - u if u < 0 else 2 * width - 1 - u if u >= width else u
            w = math.exp(-(du * du + dv * dv) / (2 * 1.5**2))
            total, sx, sy = total + w, sx + w * x[v, u], sy + w * y[v, u]
            sxx, syy, sxy = (
                sxx + w * x[v, u] ** 2,
                syy + w * y[v, u] ** 2,
                sxy + w * x[v, u] * y[v, u],
            )
    mx, my = sx / total, sy / total
    vx, vy, cov = sxx / total - mx * mx, syy / total - my * my, sxy / total - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return (2 * mx * my + c1) * (2 * cov + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))


@pytest.mark.parametrize(("row", "column"), [(0, 0), (12, 7), (23, 2), (5, 23)])
def test_ssim_equals_a_slow_reference(row: int, column: int) -> None:
    one, other = pictures()
    assert ssim_map(one, other)[row, column] == pytest.approx(slow_ssim(one, other, row, column), abs=1e-5)


def test_ssim_of_a_picture_with_itself_is_one() -> None:
    one, _ = pictures()
    assert ssim_map(one, one) == pytest.approx(1.0)


def test_psnr_equals_its_definition() -> None:
    one, other = pictures()
    total = 0.0
    for a, b in zip(one.ravel().tolist(), other.ravel().tolist(), strict=True):
        total += (a - b) ** 2
    assert psnr_db(one, other) == pytest.approx(10 * math.log10(255**2 / (total / one.size)), abs=1e-4)


def test_psnr_of_a_mask_ignores_other_pixels() -> None:
    one, _ = pictures()
    other = one.copy()
    other[:12] ^= 255
    below = np.zeros(one.shape[:2], bool)
    below[12:] = True
    assert psnr_db(one, other, below) == BEST_DB
    assert psnr_db(one, other, ~below) < 10


def test_an_empty_mask_gives_nan() -> None:
    one, other = pictures()
    nowhere = np.zeros(one.shape[:2], bool)
    assert math.isnan(psnr_db(one, other, nowhere))
    assert math.isnan(mean_of(ssim_map(one, other), nowhere))


def test_sharpness_equals_a_slow_reference() -> None:
    one, other = pictures()
    mask = np.random.default_rng(4).random(one.shape[:2]) < 0.6

    def energy(picture: np.ndarray) -> float:
        total = 0.0
        for row in range(1, len(picture)):
            for column in range(1, len(picture)):
                if mask[row, column]:
                    here = picture[row, column].astype(float)
                    total += ((here - picture[row - 1, column]) ** 2).sum()
                    total += ((here - picture[row, column - 1]) ** 2).sum()
        return total

    assert sharpness(one, other, mask) == pytest.approx(energy(one) / energy(other), rel=1e-6)


def test_a_blurred_picture_is_less_sharp_and_another_light_is_not() -> None:
    one, _ = pictures()
    blurred = ((one.astype(int) + np.roll(one, 1, 0) + np.roll(one, 1, 1)) // 3).astype(np.uint8)
    assert sharpness(one, one) == 1.0
    assert sharpness(blurred, one) < 0.6
    dark = one // 2
    assert sharpness(dark + np.uint8(90), dark) == 1.0


def test_sharpness_of_a_truth_without_edges_is_unknown() -> None:
    one, _ = pictures()
    assert math.isnan(sharpness(one, np.full_like(one, 90)))
    assert math.isnan(sharpness(one, one, np.zeros(one.shape[:2], bool)))


def test_a_constant_offset_has_no_temporal_error() -> None:
    before = np.full((8, 8, 3), 100, np.uint8)
    after = before + np.arange(8, dtype=np.uint8)[:, None]
    assert temporal_error((before + 30, after + 30), (before, after)) == 0.0
    assert temporal_error((before, before), (before, after)) == pytest.approx(3.5)
