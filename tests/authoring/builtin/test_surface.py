from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from authoring.builtin.head import BuiltinHead, build_head
from authoring.builtin.surface import (
    HOODIE,
    SHIRT,
    draw_surfaces,
    grid_surface,
    grid_triangles,
    pixels_of,
    tube,
)
from authoring.portrait.canvas import EXTENDED_PX


@pytest.fixture(scope="module")
def head() -> BuiltinHead:
    return build_head()


def test_grid_triangles_cover_every_cell_once() -> None:
    triangles = grid_triangles(3, 4)
    assert triangles.shape == (2 * 2 * 3, 3)
    places = np.array([[row, column] for row in range(3) for column in range(4)])
    a, b, c = (places[triangles[:, k]] for k in range(3))
    (u, v), (x, y) = (b - a).T, (c - a).T
    areas = (u * y - v * x) / 2
    assert (areas == areas[0]).all()  # one orientation
    assert np.abs(areas).sum() == 2 * 3


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_normals_of_a_grid_point_outward(sign: float) -> None:
    x, y = np.meshgrid(np.arange(5.0), np.arange(4.0))
    points = np.stack([x, -y, 0 * x], -1).astype(np.float32)
    surface = grid_surface(SHIRT, points, outward=np.array([0, 0, sign], np.float32))
    assert surface.normals == pytest.approx(np.tile([0, 0, sign], (20, 1)))
    assert surface.along == pytest.approx(np.tile([0, -1, 0], (20, 1)))


def test_a_tube_is_an_ellipse_around_its_path() -> None:
    path = np.stack([np.linspace(0, 10, 30), np.zeros(30), np.zeros(30)], 1).astype(np.float32)
    out = np.tile(np.float32([0, 0, 1]), (30, 1))
    surface = tube(
        SHIRT,
        path,
        out,
        np.full(30, 2.0, np.float32),
        np.full(30, 0.5, np.float32),
        turns=1.0,
        tone=0.3,
        sides=17,
    )
    _, y, z = surface.vertices.T
    assert (y / 2.0) ** 2 + (z / 0.5) ** 2 == pytest.approx(np.ones(len(y)), abs=1e-5)
    assert (surface.normals * np.stack([0 * y, y, z], 1)).sum(1).min() > 0
    assert np.linalg.norm(surface.normals, axis=1) == pytest.approx(np.ones(len(y)), abs=1e-5)
    assert set(surface.tone.tolist()) == {np.float32(0.3)}
    half = tube(
        SHIRT, path, out, np.full(30, 2.0, np.float32), np.full(30, 0.5, np.float32), turns=0.5, tone=0.0
    )
    assert half.vertices[:, 2].min() > -1e-5


def test_the_nearer_surface_is_in_the_buffer(head: BuiltinHead) -> None:
    x, y = np.meshgrid(np.linspace(-8, 8, 9), np.linspace(8, -8, 9))
    toward = np.array([0, 0, 1], np.float32)
    far = grid_surface(HOODIE, np.stack([x, y, 0 * x], -1).astype(np.float32), outward=toward)
    near = replace(far, material=SHIRT, vertices=far.vertices * np.float32(0.5) + np.float32([0, 0, 3]))
    buffer = draw_surfaces(head, [near, far], 1)
    middle = EXTENDED_PX // 2
    assert buffer.material.shape == (EXTENDED_PX, EXTENDED_PX)
    assert buffer.material[middle, middle] == SHIRT
    assert buffer.depth[middle, middle] == pytest.approx(3 + head.translation[2], abs=1e-3)
    column, row = pixels_of(head, np.float32([[7, 0, 0]]), 1)[0].astype(int)
    assert buffer.material[row, column] == HOODIE
    assert buffer.material[2, 2] == 0
    assert buffer.is_of(SHIRT, HOODIE).sum() == (buffer.material > 0).sum()
