from __future__ import annotations

from dataclasses import replace

import numpy as np

from studio.look import look_of
from studio.skin.beard import BeardRoots, beard_roots, beard_strokes


def places() -> BeardRoots:
    """A square of skin: bare below 0.3, bearded above, its right half a cheek."""
    x, y = np.meshgrid(np.linspace(0.0, 1.0, 64), np.linspace(0.0, 1.0, 64))
    uv = np.stack([x.ravel(), y.ravel()], 1).astype(np.float32)
    points = np.stack([6 * x.ravel(), -6 * y.ravel(), np.full(x.size, 9.0)], 1).astype(np.float32)
    maps = np.stack([(uv[:, 1] > 0.3), np.zeros(len(uv)), uv[:, 0] > 0.5], 1).astype(np.float32)
    return beard_roots(points, uv, maps)


def test_roots_are_only_where_the_density_is_positive() -> None:
    found = places()
    assert len(found.uv) > 1000
    assert found.uv[:, 1].min() > 0.28
    bare = replace(look_of(3, "real"), beard=0.0, stubble=0.0)
    assert len(beard_strokes(found, bare, fine=True)) == 0


def test_a_fuller_beard_has_more_hairs_and_a_goatee_none_on_the_cheeks() -> None:
    found = places()
    full = replace(look_of(3, "real"), beard=0.9, stubble=0.0, beard_cut=0)
    many = beard_strokes(found, full, fine=False)
    few = beard_strokes(found, replace(full, beard=0.2), fine=False)
    assert len(many) > 1.2 * len(few) > 0
    goatee = beard_strokes(found, replace(full, beard_cut=1), fine=False)
    assert goatee.shape[1:] == (4, 5)
    assert goatee.dtype == np.float32
    assert (goatee[:, :, 0].mean(1) > 0.55).sum() == 0
    assert (many[:, :, 0].mean(1) > 0.55).sum() > 100


def test_stubble_is_single_hairs_only_in_fine_pictures() -> None:
    found = places()
    shaven = replace(look_of(3, "real"), beard=0.0, stubble=0.8)
    assert len(beard_strokes(found, shaven, fine=False)) == 0
    dots = beard_strokes(found, shaven, fine=True)
    assert len(dots) > 500
    assert np.ptp(dots[:, :, :2], axis=1).max() < 0.008
