from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("scipy")

from studio.hair.haircuts import HAIRCUTS
from studio.hair.long_hair import curtain_meshes
from studio.head.head_space import HeadSpace
from studio.worn.garment_height import GarmentHeight

BARE = GarmentHeight(None)


def curtain(space: HeadSpace, name: str, **changes: object) -> np.ndarray:
    """(N, 3) vertices of the curtain without its cards."""
    cut = replace(HAIRCUTS[name], **changes)  # type: ignore[arg-type]
    (sheet,) = curtain_meshes(space, cut, BARE, np.random.default_rng(0)).occluders
    return sheet.position


@pytest.mark.parametrize("name", ["bob", "long"])
def test_the_curtain_ends_at_the_heights_of_the_cut(ict_space: HeadSpace, name: str) -> None:
    place = curtain(ict_space, name, wave=(0.0, 0.0), turned=0.0)
    front, _, behind = HAIRCUTS[name].fall
    back = place[place[:, 2] < -5.0]
    assert back[:, 1].min() == pytest.approx(behind, abs=1.5)
    assert place[:, 1].min() > min(front, behind) - 1.5


def test_the_curtain_leaves_the_face_free_and_covers_the_ears(ict_space: HeadSpace) -> None:
    x, y, z = curtain(ict_space, "long").T
    assert not ((np.abs(x) < 4.5) & (np.abs(y - 1.0) < 3.0) & (z > 4.0)).any()
    beside = (np.abs(y - 1.0) < 1.5) & (np.abs(z + 0.9) < 2.0)
    assert np.abs(x[beside]).min() > 8.5


def test_the_curtain_stays_outside_the_head(ict_space: HeadSpace) -> None:
    distance, _ = ict_space.distance(curtain(ict_space, "wavy").astype(np.float32))
    assert (distance < -0.3).mean() < 0.02


def test_turned_ends_point_inwards(ict_space: HeadSpace) -> None:
    straight, turned = (curtain(ict_space, "bob", turned=amount) for amount in (0.0, 1.6))
    low = straight[:, 1] < -5.5
    middle = np.array([0.0, 0.0, -1.5])
    radius = [np.linalg.norm((place[low] - middle)[:, [0, 2]], axis=1) for place in (straight, turned)]
    assert (radius[1] < radius[0]).mean() > 0.9


def test_short_hair_has_no_curtain(ict_space: HeadSpace) -> None:
    assert curtain_meshes(ict_space, HAIRCUTS["crop"], BARE, np.random.default_rng(0)) == ((), (), ())
