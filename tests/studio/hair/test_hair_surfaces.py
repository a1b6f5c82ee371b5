from __future__ import annotations

import numpy as np
import pytest

from studio.hair.hair_surfaces import BAND, CARD, card_mesh, hair_tie, sheet_mesh, sheet_normals, unit


def sphere(radius: float = 3.0) -> np.ndarray:
    """(12, 9, 3) a grid over a part of a ball around the origin."""
    turn, tilt = np.meshgrid(np.linspace(0, 2.5, 12), np.linspace(-0.9, 0.9, 9), indexing="ij")
    return radius * np.stack([np.cos(tilt) * np.sin(turn), np.sin(tilt), np.cos(tilt) * np.cos(turn)], -1)


def test_normals_of_a_ball_point_away_from_its_centre() -> None:
    place = sphere()
    normal = sheet_normals(place, np.zeros(3))
    inner = (slice(1, -1), slice(1, -1))
    assert ((normal * unit(place)).sum(2)[inner] > 0.99).all()


def test_a_row_that_is_one_point_takes_the_next_rows_normals() -> None:
    place = sphere()
    place[:, 0] = (0.0, -3.0, 0.0)
    normal = sheet_normals(place, np.zeros(3))
    assert np.allclose(np.linalg.norm(normal, axis=2), 1.0)


def test_a_sheet_keeps_its_places_and_limits_density_and_sky() -> None:
    place = sphere()
    mesh = sheet_mesh(
        place,
        unit(place),
        along=np.ones_like(place),
        uv=(np.zeros((12, 1)), np.zeros((1, 9))),
        dense=7.0,
        sky=-1.0,
    )
    assert np.array_equal(mesh.position, place.reshape(-1, 3))
    assert mesh.kind == pytest.approx(np.full(108, 0.98))
    assert (mesh.sky == 0).all()
    assert len(mesh.triangles) == 2 * 11 * 8


def test_cards_taper_from_root_to_tip_and_dip_at_their_edges() -> None:
    path = np.stack([np.zeros((2, 6)), -np.linspace(0, 8, 6) * np.ones((2, 1)), np.zeros((2, 6))], 2)
    out = np.tile(np.array([0.0, 0.0, 1.0]), (2, 6, 1))
    mesh = card_mesh(path, out, width=2.0, point=1.0, tone=np.ones(2), random=np.random.default_rng(0))
    grid = mesh.position.reshape(2, 6, 3, 3)
    width = np.linalg.norm(grid[:, :, 2] - grid[:, :, 0], axis=2)
    assert (width[:, 1] > 1.0).all()
    assert (width[:, 1] < 2.6).all()
    assert (width[:, -1] < 0.1 * width[:, 1]).all()
    assert (grid[:, 1, [0, 2], 2] < grid[:, 1, [1], 2]).all()  # edges lie lower than the middle
    assert (np.floor(mesh.kind) == CARD).all()
    assert np.allclose(mesh.tangent, (0.0, -1.0, 0.0))


def test_a_hair_tie_is_a_ring_around_its_axis() -> None:
    axis, middle = np.array([0.0, 2.0, -2.0]), np.array([1.0, 5.0, -9.0])
    mesh = hair_tie(middle, axis, 1.5, count=16, thickness=0.3, kind=BAND)
    away = mesh.position - middle
    along = away @ (axis / np.linalg.norm(axis))
    radius = np.sqrt((away**2).sum(1) - along**2)
    assert np.hypot(radius - 1.5, along) == pytest.approx(np.full(len(away), 0.3), abs=0.02)
