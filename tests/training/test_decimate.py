from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from training.decimate import Decimator


def dome(n: int = 21) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A bumpy sheet, symmetric in x: poses (2, V, 3), triangles, labels (two halves of y), mirror."""
    x, y = np.meshgrid(np.linspace(-1, 1, n), np.linspace(-1, 1, n))
    z = 0.4 * np.cos(2 * x) + 0.1 * np.sin(3 * y) + 0.15 * np.exp(-8 * (np.abs(x) - 0.5) ** 2 - 8 * y**2)
    flat = np.stack([x, y, z], -1).reshape(-1, 3)
    index = np.arange(n * n).reshape(n, n)
    triangles = []
    for row in range(n - 1):
        for column in range(n - 1):
            a, b, c, d = (
                index[row, column],
                index[row, column + 1],
                index[row + 1, column],
                index[row + 1, column + 1],
            )
            # The diagonal is mirrored as well, or the two halves would not be.
            triangles += [(a, b, c), (b, d, c)] if column < (n - 1) // 2 else [(a, b, d), (a, d, c)]
    triangles = np.array(triangles, np.int32)
    labels = (flat[triangles].mean(1)[:, 1] > 0).astype(np.int32)
    mirror = index[:, ::-1].reshape(-1).astype(np.int32)
    open_wide = flat + (0, 0, 0.3) * np.sin(2 * flat[:, 1:2])
    return np.stack([flat, open_wide]), triangles, labels, mirror


@pytest.fixture(scope="module")
def coarse() -> tuple[Decimator, np.ndarray]:
    poses, triangles, labels, mirror = dome()
    decimator = Decimator(poses, triangles, labels, np.ones(len(mirror)), mirror)
    return decimator, decimator.run(180)


def test_vertices_are_only_removed(coarse: tuple[Decimator, np.ndarray]) -> None:
    decimator, triangles = coarse
    poses, *_ = dome()
    assert (decimator.poses == poses).all()
    used = np.unique(triangles)
    assert 150 < len(used) <= 181
    assert used.max() < poses.shape[1]


def test_triangles_neither_flip_nor_vanish(coarse: tuple[Decimator, np.ndarray]) -> None:
    _, triangles = coarse
    a, b, c = (dome()[0][0][triangles[:, k]] for k in range(3))
    normals = np.cross(b - a, c - a)
    assert np.linalg.norm(normals, axis=1).min() > 1e-5
    assert (normals[:, 2] > 0).all()
    area = np.linalg.norm(np.cross(b - a, c - a)[:, 2:], axis=1).sum() / 2
    assert area == pytest.approx(4, rel=0.03)  # seen from above the sheet still covers its square


def test_the_halves_stay_mirror_images(coarse: tuple[Decimator, np.ndarray]) -> None:
    decimator, triangles = coarse
    kept = {tuple(sorted(t)) for t in triangles.tolist()}
    twins = {tuple(sorted(decimator.mirror[list(t)].tolist())) for t in kept}
    assert len(kept & twins) > 0.97 * len(kept)


def test_borders_between_labels_stay_where_they_are(coarse: tuple[Decimator, np.ndarray]) -> None:
    decimator, triangles = coarse
    labels = decimator.kept_labels()
    assert len(labels) == len(triangles)
    flat = dome()[0][0]
    middles = flat[triangles].mean(1)
    assert (labels == (middles[:, 1] > 0)).all()
    line = np.unique(triangles[labels == 0])
    assert (flat[line, 1] <= 1e-9).all()


def test_the_surface_is_kept_better_than_by_chance(coarse: tuple[Decimator, np.ndarray]) -> None:
    from studio.surface import closest_point

    _, triangles = coarse
    flat = dome()[0][0].astype(np.float32)
    where, weights = closest_point(flat, flat[triangles])
    surface = (flat[triangles][where] * weights[..., None]).sum(1)
    assert np.linalg.norm(surface - flat, axis=1).mean() < 0.012


def test_important_vertices_stay() -> None:
    poses, triangles, labels, mirror = dome()
    importance = np.ones(len(mirror))
    near = np.linalg.norm(np.abs(poses[0][:, :2]) - (0.5, 0.5), axis=1) < 0.2
    importance[near] = 200.0
    used = np.unique(Decimator(poses, triangles, labels, importance, mirror).run(180))
    assert np.isin(used, np.flatnonzero(near)).sum() > 0.8 * near.sum()
