from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy.spatial import cKDTree

from studio.hair.anime_styles import ANIME_HAIR_STYLES
from studio.hair.hair_mesh import hair_mesh
from studio.hair.haircuts import HAIRCUTS
from studio.hair.scalp import scalp_of
from studio.head.head_space import HeadSpace
from studio.look import CLOTHES, Look, look_of
from studio.skin.regions import scalp_distance
from studio.worn.clothes import clothes_mesh
from studio.worn.mesh import WornMesh

WORN = [name for name in HAIRCUTS if name != "bald"]
#: Budget of triangles for small pictures.
MOST_TRIANGLES = 3500


def grown(space: HeadSpace, look: Look) -> WornMesh:
    mesh = hair_mesh(space, look, clothes_mesh(space, look))
    assert mesh is not None
    return mesh


def test_every_style_has_a_haircut() -> None:
    assert set(HAIRCUTS) == set(ANIME_HAIR_STYLES)


@pytest.mark.parametrize("name", WORN)
def test_a_haircut_has_few_triangles_unit_normals_and_occluders_last(ict_space: HeadSpace, name: str) -> None:
    mesh = grown(ict_space, replace(look_of(5, "real"), hair=name))
    assert len(mesh.triangles) <= MOST_TRIANGLES
    assert 0 < mesh.casting <= len(mesh.triangles) - mesh.outside
    assert mesh.triangles.min() >= 0
    assert mesh.triangles.max() < len(mesh.position)
    assert np.isfinite(np.concatenate(mesh.packed(), 1)).all()
    assert np.allclose(np.linalg.norm(mesh.normal, axis=1), 1.0, atol=1e-3)
    assert mesh.sky.min() >= 0.0
    assert mesh.sky.max() <= 1.0


@pytest.mark.parametrize("name", WORN)
def test_one_sided_cards_face_away_from_the_head(ict_space: HeadSpace, name: str) -> None:
    mesh = grown(ict_space, replace(look_of(6, "real"), hair=name))
    triangles = mesh.triangles[: mesh.outside]
    a, b, c = (mesh.position[triangles[:, k]].astype(np.float64) for k in range(3))
    facing = np.cross(b - a, c - a)
    area = np.linalg.norm(facing, axis=1)
    out = mesh.normal[triangles].mean(1)
    agrees = (facing * out).sum(1) > 0
    assert (area * agrees).sum() >= 0.97 * area.sum()


@pytest.mark.parametrize("name", [name for name in WORN if name not in ("mohawk", "undercut")])
def test_hair_closes_over_the_scalp(ict_space: HeadSpace, name: str) -> None:
    """Rays along the scalp's normals hit the cap where hair is dense."""
    mesh = grown(ict_space, replace(look_of(7, "real"), hair=name))
    scalp = scalp_of(ict_space)
    inside = scalp_distance(scalp.place.reshape(-1, 3)) > 2.0
    start = scalp.place.reshape(-1, 3)[inside].astype(np.float64)
    way = scalp.normal.reshape(-1, 3)[inside].astype(np.float64)
    shown = mesh.kind % 1.0 > 0.5
    triangles = mesh.triangles[shown[mesh.triangles].all(1)]
    met = [
        meets(mesh.position.astype(np.float64), triangles, s - 0.3 * w, w)
        for s, w in zip(start, way, strict=True)
    ]
    assert np.mean(met) > 0.97


def meets(position: np.ndarray, triangles: np.ndarray, start: np.ndarray, way: np.ndarray) -> bool:
    """Möller and Trumbore: whether a ray meets any triangle within 6 units."""
    a, b, c = (position[triangles[:, k]] for k in range(3))
    e, f = b - a, c - a
    p = np.cross(way, f)
    det = (e * p).sum(1)
    det = np.where(np.abs(det) < 1e-9, 1e-9, det)
    t = start - a
    u = (t * p).sum(1) / det
    q = np.cross(t, e)
    v = (q @ way) / det
    far = (f * q).sum(1) / det
    return bool(((u > -1e-6) & (v > -1e-6) & (u + v < 1 + 1e-6) & (far > 0) & (far < 6)).any())


@pytest.mark.parametrize("clothes", CLOTHES)
def test_long_hair_lies_on_the_clothes(ict_space: HeadSpace, clothes: str) -> None:
    look = replace(look_of(8, "real"), hair="long", clothes=clothes)
    cloth = clothes_mesh(ict_space, look)
    hair = grown(ict_space, look)
    shown = hair.kind % 1.0 > 0.3
    low = hair.position[shown & (hair.position[:, 1] < -9.0)]
    distance, near = cKDTree(cloth.position).query(low)
    # cloth faces up and away from the neck
    at = cloth.position[near] + (0.0, 0.0, 1.5)
    away = at * (1, 0, 1) / np.linalg.norm(at * (1, 0, 1), axis=1, keepdims=True) + (0.0, 1.0, 0.0)
    outward = cloth.normal[near] * np.sign((cloth.normal[near] * away).sum(1))[:, None]
    deep = ((low - cloth.position[near]) * outward).sum(1) < -0.9
    # some hair hangs into a hood or behind a collar
    most = 0.2 if clothes in ("hoodie", "shirt", "jacket") else 0.06
    assert (deep & (distance < 3)).mean() < most


def test_the_same_look_has_the_same_hair(ict_space: HeadSpace) -> None:
    look = replace(look_of(9, "real"), hair="wavy")
    one, other = grown(ict_space, look), grown(ict_space, look)
    for a, b in zip(one.packed(), other.packed(), strict=True):
        assert a.tobytes() == b.tobytes()
