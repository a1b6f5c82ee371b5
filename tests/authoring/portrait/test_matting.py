"""Alpha and colours against pictures that were composed from known ones."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")
pytest.importorskip("scipy")

from authoring.portrait.matting import foreground_colours, solve_alpha

SIZE = 160


def strands() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Dark hair with strands before a bright gradient: picture, true alpha, colours of the person."""
    rng = np.random.default_rng(3)
    rows, columns = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    alpha = np.clip((70 - np.hypot(rows - 90, columns - 80)) / 3 + 0.5, 0, 1)
    for _ in range(14):  # lines a pixel and a half wide, from the middle outwards
        angle = rng.uniform(0, 2 * np.pi)
        along = (columns - 80) * np.cos(angle) + (rows - 90) * np.sin(angle)
        across = -(columns - 80) * np.sin(angle) + (rows - 90) * np.cos(angle)
        line = np.clip(1.25 - np.abs(across), 0, 1) * (along > 0) * (along < 84)
        alpha = np.maximum(alpha, line * 0.9)
    person = np.broadcast_to(np.array((0.15, 0.1, 0.08), np.float32), (SIZE, SIZE, 3))
    behind = np.stack([0.6 + 0.3 * columns / SIZE, 0.8 - 0.2 * rows / SIZE, np.full_like(rows, 0.9)], -1)
    rgb = person * alpha[..., None] + behind * (1 - alpha[..., None])
    return rgb.astype(np.float32), alpha.astype(np.float32), person


def band(alpha: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A wide unknown band, and a guess that knows nothing in it."""
    rows, columns = np.mgrid[0:SIZE, 0:SIZE]
    far = np.hypot(rows - 90, columns - 80)
    unknown = (far > 56) & (far < 88)
    return np.where(unknown, 0.5, (far < 70)).astype(np.float32), unknown


def test_strands_are_found_where_the_guess_knows_nothing() -> None:
    rgb, truth, _ = strands()
    guess, unknown = band(truth)
    alpha = solve_alpha(rgb, guess, unknown)
    assert alpha.dtype == np.float32
    assert np.abs(alpha - truth)[unknown].mean() < 0.04
    assert np.abs(guess - truth)[unknown].mean() > 0.4


def test_what_is_known_stays() -> None:
    rgb, truth, _ = strands()
    guess, unknown = band(truth)
    np.testing.assert_array_equal(solve_alpha(rgb, guess, unknown)[~unknown], guess[~unknown])


def test_without_a_band_the_guess_is_the_answer() -> None:
    rgb, truth, _ = strands()
    np.testing.assert_array_equal(solve_alpha(rgb, truth, np.zeros(truth.shape, bool)), truth)


def test_a_plain_picture_keeps_to_the_guess() -> None:
    """No colour tells person and background apart: the answer lies between the known sides, without a crash."""
    guess, unknown = band(strands()[1])
    alpha = solve_alpha(np.full((SIZE, SIZE, 3), 0.5, np.float32), guess, unknown)
    assert np.isfinite(alpha).all()
    assert 0 <= alpha.min() <= alpha.max() <= 1


def test_the_backgrounds_tint_is_taken_out_of_half_transparent_pixels() -> None:
    rgb, truth, person = strands()
    soft = (truth > 0.1) & (truth < 0.9)
    found = foreground_colours(rgb, truth)
    before = np.abs(rgb - person)[soft].mean()
    assert before > 0.25
    assert np.abs(found - person)[soft].mean() < 0.1 * before


def test_opaque_pixels_keep_their_colours() -> None:
    rgb, truth, _ = strands()
    inside = truth == 1
    assert np.abs(foreground_colours(rgb, truth) - rgb)[inside].max() < 0.02
