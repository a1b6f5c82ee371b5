from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.fit.head_fit import HeadFit
from authoring.fit.proportions import face_proportions
from authoring.paint.hair_shell import fitted_skull
from authoring.paint.sheet import (
    BEYOND,
    FIELD,
    GRID,
    SKULL_DEPTH,
    _mesh,
    _roundness,
    _solve_poisson,
    _steep,
    _thickness,
)
from authoring.portrait.canvas import CANVAS_PX, EXTENDED_PX
from face.avatar import load_avatar
from face.rig import HeadRig, load_rig


@pytest.fixture(scope="module")
def rig(drawn_avatar: Path) -> HeadRig:
    return load_rig(load_avatar(drawn_avatar))


def reference(fixed: np.ndarray, known: np.ndarray, source: np.ndarray) -> np.ndarray:
    """The Poisson equation as one dense linear system; the border repeats its own value."""
    size = len(fixed)
    matrix, right = np.eye(size * size), np.where(known, fixed, source).reshape(-1).astype(np.float64)
    for row, column in np.argwhere(~known):
        place = row * size + column
        for up, left in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            near = np.clip(row + up, 0, size - 1) * size + np.clip(column + left, 0, size - 1)
            matrix[place, near] -= 0.25
    return np.linalg.solve(matrix, right).reshape(size, size)


def test_the_solution_is_that_of_a_dense_solver() -> None:
    size = 40
    rng = np.random.default_rng(0)
    known = np.zeros((size, size), bool)
    known[0] = known[-1] = known[:, 0] = known[:, -1] = True
    known[::8] = True  # 60 iterations on each level converge over such distances
    fixed = np.where(known, rng.random((size, 1)), 0).astype(np.float32)
    source = np.full((size, size), 0.01, np.float32)
    solved = _solve_poisson(fixed, known, source)
    expected = reference(fixed, known, source)
    assert (solved[known] == fixed[known]).all()
    assert np.abs(solved - expected).max() < 0.02 * np.ptp(expected)


def test_inside_an_elliptic_outline_hair_is_an_ellipsoid() -> None:
    wide, high, step = 8.4, 12.4, 0.17
    rows, columns = (np.mgrid[0:FIELD, 0:FIELD].astype(np.float32) - FIELD / 2) * step
    away = np.hypot(columns / wide, rows / high)
    source = np.full((FIELD, FIELD), _roundness(wide, high, step), np.float32)
    found = _thickness(_solve_poisson(np.zeros_like(source), away >= 1, source))
    ellipsoid = SKULL_DEPTH * np.sqrt(np.maximum(1 - away**2, 0))
    within = away < 0.8
    assert np.abs(found - ellipsoid)[within].max() < 0.2 * SKULL_DEPTH
    assert np.abs(found - ellipsoid)[within].mean() < 0.1 * SKULL_DEPTH
    assert (found[away >= 1] == 0).all()


def test_a_thickness_comes_back_from_what_is_solved() -> None:
    thickness = np.linspace(-2.0, 12.0, 60, dtype=np.float32)[None]
    np.testing.assert_allclose(_thickness(_steep(thickness)), thickness, atol=1e-3)


def test_front_and_back_meet_at_the_outline(rig: HeadRig) -> None:
    """Else a turned head shows a gap or a step between them."""
    front, back = (mesh.vertices[mesh.uv[:, 1] < 0.4] for mesh in (rig.sheet, rig.back))
    assert front[:, 2].min() == pytest.approx(back[:, 2].max(), abs=0.6)


def test_hair_lies_outside_the_skull(rig: HeadRig) -> None:
    """Else a head that turns has a flat back and a pointed top. Where hair begins, at the face, it is thin."""
    camera = rig.camera
    skull = fitted_skull(rig.model, rig.neutral)
    for mesh, least in ((rig.sheet, 0.93), (rig.back, 0.98)):
        hair = (mesh.vertices - camera.translation) @ camera.rotation  # head space
        above = hair[hair[:, 1] > rig.neutral[np.unique(rig.model.triangles["face"]), 1].max() - 1]
        away = np.linalg.norm((above - (0, *skull.centre)) / skull.axes, axis=1)
        assert len(above) > 50
        assert away.min() > least
        assert away.max() < 2.2


def test_every_vertex_lies_on_the_ray_of_its_texture_coordinate(rig: HeadRig) -> None:
    for mesh in (rig.sheet, rig.back):
        projected = mesh.vertices[:, :2] * (1, -1) / -mesh.vertices[:, 2:] * rig.camera.focal
        pixels = projected * CANVAS_PX + EXTENDED_PX / 2
        inside = (mesh.uv > 0).all(1) & (mesh.uv < 1).all(1)
        assert inside.sum() > 100
        assert np.abs(pixels - mesh.uv * EXTENDED_PX)[inside].max() < 0.1


def test_the_back_lies_behind_the_front(rig: HeadRig) -> None:
    assert rig.back.vertices[:, 2].mean() < rig.sheet.vertices[:, 2].mean()


def test_hair_above_the_forehead_rises_before_it_falls_back(rig: HeadRig) -> None:
    """Else a raised head hides it behind the forehead, which then ends in a rim like a cap's."""
    camera = rig.camera
    hair = (rig.sheet.vertices - camera.translation) @ camera.rotation  # head space
    top_of_face = rig.neutral[np.unique(rig.model.triangles["face"]), 1].max()
    middle = hair[(np.abs(hair[:, 0]) < 0.4) & (hair[:, 1] > top_of_face)]
    middle = middle[np.argsort(middle[:, 1])]
    first, last = middle[0], middle[middle[:, 2] > middle[:, 2].min() + 0.1][-1]  # hairline, outline
    assert first[2] - last[2] > 3  # there is a way to fall back
    height = (middle[:, 1] - first[1]) / (last[1] - first[1])
    depth = (first[2] - middle[:, 2]) / (first[2] - last[2])
    halfway = np.interp(0.5, height, depth)
    assert halfway < 0.42  # a plane: 0.5


def test_the_head_turns_with_the_head_and_the_shoulders_stay(rig: HeadRig) -> None:
    rows = rig.sheet.uv[:, 1]
    assert 0 <= rig.sheet.follow.min() <= rig.sheet.follow.max() <= 1
    assert rig.sheet.follow[rows < 0.4].min() == 1
    assert rig.sheet.follow[rows > 0.95].max() == 0


def test_what_touches_the_portraits_sides_or_bottom_goes_on_beyond_them() -> None:
    fit = HeadFit(
        np.zeros(60, np.float32), np.zeros(52, np.float32), np.eye(3, dtype=np.float32),
        np.array([0.0, 0.0, -105.0], np.float32), 2.2, 0.0,
    )  # fmt: skip
    field = np.zeros((FIELD, FIELD), np.float32)
    columns = np.tile(np.linspace(0.1, 0.9, FIELD, dtype=np.float32), (FIELD, 1))
    cells = np.zeros((GRID, GRID), bool)
    cells[GRID // 2 :] = True  # shoulders from side to side
    mesh = _mesh(fit, field - 100, columns, field.astype(np.int32), field, cells, extend=True)
    pixels = mesh.vertices[:, :2] * (1, -1) / 100 * fit.focal * CANVAS_PX + EXTENDED_PX / 2
    far = BEYOND * EXTENDED_PX / GRID
    assert pixels.min(0) == pytest.approx([-far, EXTENDED_PX / 2], abs=0.1)
    assert pixels.max(0) == pytest.approx([EXTENDED_PX + far] * 2, abs=0.1)
    # there the border's own colours and fields are repeated
    assert mesh.uv * EXTENDED_PX == pytest.approx(np.clip(pixels, 0, EXTENDED_PX), abs=0.1)
    assert mesh.follow[pixels[:, 0] < 0] == pytest.approx(0.1)
    assert mesh.follow[pixels[:, 0] > EXTENDED_PX] == pytest.approx(0.9)


def test_a_face_moves_the_sheet_around_it_above_the_mouth_only(rig: HeadRig) -> None:
    """Neck and hair beside a jaw stay as it opens."""
    proportions = face_proportions(rig.model, rig.neutral)
    sheet = rig.sheet
    heights = ((sheet.vertices - rig.camera.translation) @ rig.camera.rotation)[:, 1]
    chin = heights < proportions.mouth - 0.15 * proportions.height
    eyes = heights > proportions.mouth + 0.15 * proportions.height
    assert sheet.bound_share[chin].max() < 0.05
    assert sheet.bound_share[eyes].max() > 0.95
