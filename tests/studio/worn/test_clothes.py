from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("scipy")

from studio.head.head_space import HeadSpace
from studio.look import CLOTHES, look_of
from studio.worn.clothes import NECKLINES, clothes_mesh, neckline_height


@pytest.mark.parametrize("clothes", CLOTHES)
def test_garments_begin_at_their_neckline_and_stay_outside_the_skin(
    ict_space: HeadSpace, clothes: str
) -> None:
    mesh = clothes_mesh(ict_space, replace(look_of(4, "real"), clothes=clothes))
    assert np.isfinite(mesh.position).all()
    assert np.allclose(np.linalg.norm(mesh.normal, axis=1), 1.0, atol=1e-3)
    assert mesh.triangles.max() < len(mesh.position)
    assert mesh.sky.min() >= 0.0
    # the part that covers hidden skin: from the neckline to the end of the bust
    x, y, z = mesh.position.T
    line = neckline_height(NECKLINES[clothes], np.arctan2(x, z + 1.5))
    bust = (y < line - 1.2) & (y > -13.9) & (np.abs(x) < 11.0)
    distance, _ = ict_space.distance(np.asarray(mesh.position[bust], np.float32))
    assert bust.sum() > 10
    assert (distance < -0.35).mean() < 0.15  # a collar's hidden rim lies inside
    assert np.median(distance) > 0.1
