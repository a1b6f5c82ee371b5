from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from studio.hair.anime_locks import Sheaf, crest, puffs, sheaf_mesh, spikes
from studio.head.head_space import HeadSpace

MIDDLE = np.array([0.0, 6.0, -1.0])


def behind_the_head(gap: float) -> np.ndarray:
    """(4, 6, 3) straight paths that hang down side by side, far behind the neck."""
    x, y = np.meshgrid(gap * np.arange(4), np.linspace(0, -10, 6), indexing="ij")
    return np.stack([x, y, np.full_like(x, -20.0)], 2)


def test_a_lock_is_as_wide_as_the_gap_to_its_neighbours(ict_space: HeadSpace) -> None:
    sheaf = Sheaf(behind_the_head(1.5), overlap=1.2, pointed=False)
    mesh = sheaf_mesh(ict_space, sheaf, np.random.default_rng(0))
    grid = mesh.position.reshape(4, 6, 5, 3)
    width = np.linalg.norm(grid[:, :, -1] - grid[:, :, 0], axis=2)
    assert width == pytest.approx(np.full((4, 6), 1.2 * 1.5), rel=1e-3)


def test_pointed_locks_end_in_a_point_and_wide_gaps_are_limited(ict_space: HeadSpace) -> None:
    mesh = sheaf_mesh(
        ict_space, Sheaf(behind_the_head(9.0), widest=3.0, overlap=1.0), np.random.default_rng(0)
    )
    grid = mesh.position.reshape(4, 6, 5, 3)
    width = np.linalg.norm(grid[:, :, -1] - grid[:, :, 0], axis=2)
    assert width.max() == pytest.approx(3.0, rel=1e-3)
    assert width[:, -1].max() < 1e-3


@pytest.mark.parametrize("shape", [spikes, crest, lambda *a: puffs(a[0], a[1], 1.0, a[2])])
def test_spikes_and_puffs_stand_away_from_the_skull(shape: object) -> None:
    roots = MIDDLE + 9.0 * np.array([(0.0, 1.0, 0.0), (0.5, 0.8, 0.3), (-0.6, 0.7, -0.4)])
    meshes = shape(roots, MIDDLE, np.random.default_rng(0))  # type: ignore[operator]
    assert len(meshes) == len(roots)
    for mesh, root in zip(meshes, roots, strict=True):
        away = np.linalg.norm(mesh.position - MIDDLE, axis=1)
        assert away.max() > np.linalg.norm(root - MIDDLE) + 0.5
