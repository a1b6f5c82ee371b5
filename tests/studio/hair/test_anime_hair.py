from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("scipy")

from studio.hair.anime_hair import anime_hair
from studio.hair.anime_styles import ANIME_HAIR_STYLES
from studio.hair.hair_mesh import hair_mesh
from studio.head.head_space import HeadSpace
from studio.look import look_of

#: Styles without locks: painted on the scalp, or bald.
PAINTED = ("bald", "buzz")


@pytest.mark.parametrize("name", ANIME_HAIR_STYLES)
def test_every_style_has_few_triangles_outside_the_head(ict_space: HeadSpace, name: str) -> None:
    look = replace(look_of(2, "anime"), hair=name)
    mesh = hair_mesh(ict_space, look)
    if name in PAINTED:
        assert mesh is None
        return
    assert mesh is not None
    assert np.isfinite(mesh.position).all()
    assert 0 <= mesh.triangles.min() <= mesh.triangles.max() < len(mesh.position)
    assert len(mesh.triangles) < 8000
    distance, _ = ict_space.distance(mesh.position)
    assert (distance < -2.0).mean() < 0.05


def test_the_seed_determines_the_hair(ict_space: HeadSpace) -> None:
    look = replace(look_of(2, "anime"), hair="bob")
    first, again = anime_hair(ict_space, look), anime_hair(ict_space, look)
    other = anime_hair(ict_space, replace(look, seed=3))
    assert first is not None
    assert again is not None
    assert other is not None
    assert np.array_equal(first.position, again.position)
    assert not np.array_equal(first.position, other.position)


def test_hair_leaves_the_eyes_free(ict_space: HeadSpace) -> None:
    for name in ("bob", "long", "side_part", "braids", "slick"):
        mesh = anime_hair(ict_space, replace(look_of(2, "anime"), hair=name))
        assert mesh is not None
        x, y, z = np.abs(mesh.position).T[0], mesh.position[:, 1], mesh.position[:, 2]
        assert not ((x > 2.0) & (x < 4.2) & (y > 2.5) & (y < 4.2) & (z > 6.0)).any(), name


def test_tied_hair_continues_behind_the_tie(ict_space: HeadSpace) -> None:
    reach = {}
    for name in ("ponytail", "bun", "braids"):
        mesh = anime_hair(ict_space, replace(look_of(2, "anime"), hair=name))
        assert mesh is not None
        reach[name] = mesh.position - np.array(ANIME_HAIR_STYLES[name].tie)
    assert reach["ponytail"][:, 2].min() < -5.0  # away from the head
    assert reach["bun"][:, 1].max() > 2.0  # a ball above
    assert reach["braids"][:, 1].min() < -8.0  # down to the shoulders
