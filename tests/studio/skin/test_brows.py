from __future__ import annotations

from dataclasses import replace

import numpy as np

from studio.look import look_of
from studio.skin.brows import brow_strokes, stroke_quads


def landmarks() -> np.ndarray:
    """Texture coordinates with two arched brows; the other landmarks are not read."""
    uv = np.zeros((68, 2))
    x = np.linspace(0.0, 0.16, 5)
    uv[22:27] = np.stack([0.55 + x, 0.7 + 0.02 * np.sin(x / 0.16 * np.pi)], 1)
    uv[17:22] = (1.0, 0.0) + uv[22:27][::-1] * (-1.0, 1.0)
    return uv


def test_strokes_lie_on_both_brows() -> None:
    quads = brow_strokes(landmarks(), look_of(3, "real"))
    assert quads.shape[1:] == (4, 5)
    assert quads.dtype == np.float32
    middle = quads[:, :, :2].mean(1)
    right = middle[:, 0] < 0.5
    assert 0.4 < right.mean() < 0.6
    assert np.abs(middle[~right, 0] - 0.63).max() < 0.12
    assert np.abs(middle[:, 1] - 0.7).max() < 0.06


def test_denser_brows_have_more_strokes_and_thicker_ones_are_higher() -> None:
    look = look_of(3, "real")
    thin, thick, dense = (
        brow_strokes(landmarks(), replace(look, brow=brow))
        for brow in ((0.6, 0.5, 1.0), (1.5, 0.5, 1.0), (0.6, 0.5, 1.5))
    )
    assert 1.3 * len(thin) < len(dense) < 1.7 * len(thin)
    assert np.std(thick[:, :, 1].mean(1)) > 1.2 * np.std(thin[:, :, 1].mean(1))


def test_anime_brows_are_solid_strokes() -> None:
    quads = brow_strokes(landmarks(), look_of(3, "anime"))
    assert len(quads) == 2 * 12
    assert np.abs(quads[:, :, 2]).max() < 0.4
    # mirrored landmarks have mirrored brows
    np.testing.assert_allclose(
        np.sort(1.0 - quads[:12, :, 0].mean(1)), np.sort(quads[12:, :, 0].mean(1)), atol=1e-6
    )


def test_a_stroke_is_a_quad_around_its_line() -> None:
    start, end = np.array([[0.1, 0.2]]), np.array([[0.5, 0.2]])
    quad = stroke_quads(start, end, np.array([[0.0, 0.01]]), np.array([0.7]))[0]
    np.testing.assert_allclose(quad[:, :2], [(0.1, 0.19), (0.1, 0.21), (0.5, 0.19), (0.5, 0.21)], atol=1e-6)
    assert quad[:, 2].tolist() == [-1, 1, -1, 1]  # across
    assert quad[:, 3].tolist() == [0, 0, 1, 1]  # along
    np.testing.assert_allclose(quad[:, 4], 0.7)
