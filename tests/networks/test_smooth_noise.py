from __future__ import annotations

import numpy as np
import pytest

from networks.smooth_noise import CELLS, noise_basis


@pytest.mark.parametrize("side", [32, 64, 128])
def test_noise_has_the_same_variance_everywhere_and_changes_slowly(side: int) -> None:
    basis = noise_basis(side)
    coarse = np.random.default_rng(0).standard_normal((4000, CELLS, CELLS))
    noise = np.einsum("ya,nab,xb->nyx", basis, coarse, basis, optimize=True)
    np.testing.assert_allclose(noise.std(0), 1.0, atol=0.08)
    # neighbours of a cell apart know nothing of each other; a pixel's own neighbours are nearly the same
    cell = side // CELLS
    apart = np.mean(noise[:, side // 2, side // 2] * noise[:, side // 2, side // 2 + 2 * cell])
    assert abs(apart) < 0.08
    near = np.mean(noise[:, :, :-1] * noise[:, :, 1:])
    assert near > 1 - 1.2 / cell
