from __future__ import annotations

import numpy as np
import pytest

from studio.worn.garment_height import GarmentHeight
from studio.worn.mesh import WornMesh


def test_only_points_too_near_the_cloth_are_moved() -> None:
    x, z = np.meshgrid(np.linspace(-14, 14, 60), np.linspace(-14, 14, 60))
    # a cone around the neck, a unit down for each unit out
    place = np.stack([x.ravel(), -10.0 - np.hypot(x, z).ravel(), z.ravel() - 1.5], 1)
    nothing = np.zeros((len(place), 3))
    cone = WornMesh(
        place, nothing, nothing, nothing[:, :2], nothing[:, 0], nothing[:, 0], np.zeros((0, 3), np.int32)
    )
    garment = GarmentHeight(cone)
    clear = np.array([[8.0, -10.0, 3.0]])
    assert np.array_equal(garment.push_out(clear, 0.5), clear)
    sunk = np.array([[6.0, -16.3, -1.5]])
    pushed = garment.push_out(sunk, 0.5)
    over = (pushed[0, 1] + 10.0 + np.hypot(pushed[0, 0], pushed[0, 2] + 1.5)) / np.sqrt(2)
    assert over == pytest.approx(0.5, abs=0.25)
    assert np.array_equal(GarmentHeight(None).push_out(sunk, 0.5), sunk)
