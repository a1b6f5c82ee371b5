from __future__ import annotations

import numpy as np
import pytest

from authoring.builtin.hair import CUTS, back_hair_surfaces, hair_surfaces
from authoring.builtin.head import build_head
from authoring.builtin.surface import HAIR, STRING, Surface


@pytest.fixture(scope="module", params=CUTS)
def cut(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def hair(cut: str) -> list[Surface]:
    return hair_surfaces(cut)


def test_every_lock_is_a_valid_surface_of_hair(hair: list[Surface]) -> None:
    for surface in hair:
        assert surface.material in (HAIR, STRING)  # ribbons
        count = len(surface.vertices)
        assert np.isfinite(surface.vertices).all()
        assert surface.triangles.max() < count
        assert len(surface.normals) == len(surface.along) == len(surface.across) == len(surface.tone) == count
        assert 0 <= surface.tone.min() <= surface.tone.max() <= 1


def test_the_hair_is_the_same_every_time(cut: str, hair: list[Surface]) -> None:
    for one, other in zip(hair, hair_surfaces(cut), strict=True):
        assert (one.vertices == other.vertices).all()


def test_the_hair_covers_the_crown_and_not_the_mouth(hair: list[Surface]) -> None:
    head = build_head()
    points = np.concatenate([surface.vertices for surface in hair])
    skull = head.vertices[np.unique(head.model.part("scalp"))]
    assert points[:, 1].max() > skull[:, 1].max()
    mouth = head.vertices[head.model.lips.upper].mean(0)
    before = points[points[:, 2] > mouth[2] - 3]
    assert np.linalg.norm(before[:, :2] - mouth[:2], axis=1).min() > 3


def test_the_back_is_the_part_behind_the_head(cut: str, hair: list[Surface]) -> None:
    back = back_hair_surfaces(cut)
    assert 0 < len(back) < len(hair)
    assert max(surface.vertices[:, 2].mean() for surface in back) < 2
