from __future__ import annotations

import numpy as np

from authoring.paint.mirrored_detail import mirrored_detail

SIDE, FINE_PX = 96, 6.0


def striped() -> np.ndarray:
    """Stripes of a period of 8 pixels over a slow gradient."""
    columns = np.arange(SIDE, dtype=np.float32)
    row = 0.4 + 0.002 * columns + 0.1 * np.sin(columns * (2 * np.pi / 8))
    return np.repeat(np.tile(row, (SIDE, 1))[..., None], 3, 2).astype(np.float32)


def test_stripes_go_on_mirrored_beyond_the_edge() -> None:
    weight = np.zeros((SIDE, SIDE), np.float32)
    weight[:, :40] = 1
    found = mirrored_detail(striped(), weight, FINE_PX, reach_px=6 * FINE_PX)
    assert (found[:, :40] == 0).all()
    inner = slice(20, -20)
    # about the last known pixel, 39, and within what a first mirror reaches
    beyond = found[inner, 40:60, 0]
    mirrored = (striped() - (0.4 + 0.002 * np.arange(SIDE))[None, :, None])[inner, 38:18:-1, 0]
    np.testing.assert_allclose(beyond, mirrored, atol=0.05)
    assert np.corrcoef(beyond.ravel(), mirrored.ravel())[0, 1] > 0.95
    again = np.abs(found[inner, 60:])
    assert again.max() > 0.03  # and again, beyond, but weaker
    assert np.abs(found[inner, 80:]).max() < 0.7 * np.abs(beyond).max()
    grain = mirrored_detail(striped(), weight, FINE_PX)  # of skin: as strong all the way
    assert np.abs(grain[inner, 80:]).max() > 0.8 * np.abs(beyond).max()


def test_stripes_cut_off_by_a_ragged_edge_go_on_without_cracks() -> None:
    """Rows that end at random columns: a stripe jumps where the nearest known pixel is on another tooth of the edge."""
    rng = np.random.default_rng(1)
    weight = np.zeros((SIDE, SIDE), np.float32)
    for row in weight:
        row[: 40 - rng.integers(0, 14)] = 1
    columns = np.arange(SIDE, dtype=np.float32)
    picture = np.tile(0.4 + 0.1 * np.sin(columns * (2 * np.pi / 12)), (SIDE, 1))
    shown = np.repeat(picture[..., None], 3, 2).astype(np.float32)
    found = mirrored_detail(shown, weight, FINE_PX, reach_px=6 * FINE_PX)
    beyond = found[20:-20, 50:66, 0]
    assert np.abs(beyond).max() > 0.05
    assert (np.abs(np.diff(beyond, axis=0)) > 0.04).mean() < 0.045


def test_a_smooth_picture_has_nothing_to_add() -> None:
    weight = np.zeros((SIDE, SIDE), np.float32)
    weight[20:50, 20:50] = 1
    flat = np.full((SIDE, SIDE, 3), 0.3, np.float32)
    assert np.abs(mirrored_detail(flat, weight, FINE_PX)).max() < 1e-5


def test_nothing_or_everything_known_adds_nothing() -> None:
    for share in (0.0, 1.0):
        weight = np.full((SIDE, SIDE), share, np.float32)
        assert (mirrored_detail(striped(), weight, FINE_PX) == 0).all()
