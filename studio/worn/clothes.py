"""Clothes: a garment draped over the torso below its neckline, with a band, a collar, lapels or a hood.

mesh = clothes_mesh(space, look)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from face.normals import vertex_normals
from studio.arrays import Ints, Reals
from studio.head.head_space import HeadSpace
from studio.look import Look
from studio.noise import value_noise
from studio.worn.collars import buttoned, drawstrings, folded_collar, hood, lapels, rolled_collar
from studio.worn.mesh import CLOTH, RIBBED, TRIM, WornMesh, grids, joined
from studio.worn.torso import MIDDLE, Torso

#: Height of the neckline in front, at the sides and behind, and the exponent of its dip in front.
NECKLINES: Final[Mapping[str, tuple[float, float, float, float]]] = {
    "tee": (-14.0, -11.9, -10.4, 1.4),
    "v_neck": (-17.2, -11.8, -10.3, 2.6),
    "shirt": (-14.3, -11.6, -9.9, 2.2),
    "hoodie": (-13.6, -11.7, -10.2, 1.4),
    "turtleneck": (-11.2, -10.1, -9.1, 1.0),
    "dress": (-16.0, -12.8, -11.8, 1.1),
    "jacket": (-13.8, -11.7, -10.2, 1.4),
}
#: A jacket's opening, down to below the picture; same numbers as a neckline's.
_OPENING: Final = (-27.0, -11.3, -9.7, 5.0)
#: z of the neck's axis, head space.
AXIS_Z: Final = -1.5
_AROUND, _SAMPLES, _ROWS, _OFFSET = 60, 30, 25, 0.34
_BOTTOM: Final = -38.0
#: Rows of the band around a neckline, and of a hem without one: distance down the cloth, height above it.
_BAND: Final = ((0.0, 0.13), (0.22, 0.20), (0.85, 0.17), (1.0, 0.02))
_HEM: Final = ((0.0, 0.05), (0.18, 0.10), (0.5, 0.06), (0.9, 0.02))


def clothes_mesh(space: HeadSpace, look: Look) -> WornMesh:
    """Build the look's garments for the mean head, one mesh.

    `WornMesh.kind` is CLOTH, TRIM, RIBBED or BUTTON of `worn.mesh`.
    """
    torso = Torso(space, shoulders=look.shoulders)
    around = np.linspace(-np.pi, np.pi, _AROUND + 1)
    angle = around + 0.2 * np.sin(2 * around)  # denser over the shoulders
    line = _neckline(space, neckline_height(NECKLINES[look.clothes], angle), angle)
    clothes = look.clothes
    banded = clothes in ("tee", "v_neck", "dress", "jacket")
    rim = TRIM if clothes == "jacket" or look.seed % 3 == 0 else RIBBED
    meshes = [_drape(torso, line, angle, look, band=rim if banded else None, loose=0.0)]
    if clothes == "jacket":
        meshes[0].kind[:] = TRIM  # the shirt below the jacket
        edge = _neckline(space, neckline_height(_OPENING, angle), angle)
        edge = torso.push_outside(edge, 0.5)
        meshes.append(_drape(torso, edge, angle, look, band=None, loose=0.55))
        meshes.append(lapels(torso, edge, angle))
    elif clothes == "shirt":
        meshes += [folded_collar(torso, line, angle), buttoned(torso)]
    elif clothes == "turtleneck":
        meshes.append(rolled_collar(line, angle))
    elif clothes == "hoodie":
        meshes += [hood(torso, line, angle), drawstrings(torso)]
    return joined(meshes)


def neckline_height(neckline: tuple[float, float, float, float], angle: Reals) -> Reals:
    """Height (N,) of a neckline at angles (N,) around the neck, 0 in front.

    Must match COVERED_BY_CLOTH in shaders/materials.py.
    """
    front, side, back, sharp = neckline
    cos = np.cos(angle)
    return np.asarray(
        side + (front - side) * np.clip(cos, 0, 1) ** sharp + (back - side) * np.clip(-cos, 0, 1) ** 1.5
    )


def _neckline(space: HeadSpace, height: Reals, angle: Reals) -> Reals:
    """The garment's upper edge (N, 3): just outside the skin, at heights (N,) and angles (N,) around the neck."""
    radius = np.full(len(angle), 1.5)
    for _ in range(40):
        points = _polar(radius, height, angle)
        distance, _ = space.distance(points.astype(np.float32))
        radius += np.clip(_OFFSET - distance, 0.0, 0.5)
    line = _polar(radius, height, angle)
    for _ in range(3):
        line = _smoothed_around(line)
    return line


def _drape(
    torso: Torso, line: Reals, angle: Reals, look: Look, *, band: float | None, loose: float
) -> WornMesh:
    """The garment itself, sampled along rays from the chest's middle; its edge has a thickness.

    Args:
        line: (A, 3) upper edge. angle: (A,) around the neck, the first and last columns coincide.
        band: kind of a band around the neckline; None = a plain hem.
        loose: extra distance from the body, head-model units.
    """
    edge = np.array(_BAND if band is not None else _HEM)
    grid, crease = _outer_rows(torso, line, angle, edge[:, 0], loose)
    below = grid[-1].copy()
    below[:, 1] = _BOTTOM
    grid = np.concatenate([grid, below[None]])
    triangles = grids(1, len(grid), len(angle))
    normal = _normals(grid, triangles)
    out = np.concatenate([edge[:, 1], np.zeros(len(grid) - len(edge))])[:, None] + _folds(grid, look)
    out[:, -1] = out[:, 0]
    grid = grid + normal * out[..., None]
    # the visible part of its inner side
    tangent = grid[3] - grid[0]
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-6)
    inner = np.stack([line - 0.16 * normal[0] + 0.8 * tangent, line - 0.12 * normal[0] - 0.04 * tangent])
    grid = np.concatenate([inner, grid])
    triangles = grids(1, len(grid), len(angle))
    normal = _normals(grid, triangles)
    flat_grid, flat_normal = grid.reshape(-1, 3), normal.reshape(-1, 3)
    count = len(flat_grid)
    kind = np.full(grid.shape[:2], CLOTH)
    if band is not None:
        kind[:5] = band
    sky = np.ones(grid.shape[:2])
    sky[0], sky[1], sky[5] = 0.30, 0.6, 0.85
    sky[2 : 2 + len(crease)] -= 0.45 * crease
    return WornMesh(
        position=flat_grid,
        normal=flat_normal,
        tangent=np.tile(np.array([0.0, -1.0, 0.0]), (count, 1)),
        uv=pattern_uv(flat_grid, flat_normal),
        kind=kind.ravel(),
        sky=sky.ravel(),
        triangles=triangles,
    )


def _outer_rows(
    torso: Torso, line: Reals, angle: Reals, edge_down: Reals, loose: float
) -> tuple[Reals, Reals]:
    """The garment's outer surface as rows (R, A, 3) down the cloth, and the depth of creases there (R, A), 0 to 1.

    Args:
        edge_down: (E,) distances of the first rows down the cloth; the other rows are evenly spaced to below the arms.
    """
    away = line - MIDDLE
    start = np.arctan2(np.hypot(away[:, 0], away[:, 2]), away[:, 1])
    down = start + (1.95 - start) * np.linspace(0, 1, _SAMPLES)[:, None] ** 1.5
    flat = np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], 1)
    ways = np.sin(down)[..., None] * flat + np.cos(down)[..., None] * np.array([0.0, 1.0, 0.0])
    fine, fold = torso.surface(ways)
    fine = fine + loose * ways
    # the first row is moved onto the line; the offset fades over the next rows
    fine = fine + np.exp(-(((down - start) / 0.16) ** 2))[..., None] * (line - fine[0])
    # rows at the edge's distances down the cloth, then evenly spaced to below the arms
    walked = np.concatenate(
        [np.zeros((1, len(angle))), np.linalg.norm(np.diff(fine, axis=0), axis=2).cumsum(0)]
    )
    share = np.linspace(0, 1, _ROWS)[1:, None] ** 1.2
    wanted = np.concatenate(
        [np.repeat(edge_down[:, None], len(angle), 1), edge_down[-1] + (walked[-1] - edge_down[-1]) * share]
    )
    grid, crease = np.zeros((*wanted.shape, 3)), np.zeros(wanted.shape)
    for column in range(len(angle)):
        for k in range(3):
            grid[:, column, k] = np.interp(wanted[:, column], walked[:, column], fine[:, column, k])
        crease[:, column] = np.interp(wanted[:, column], walked[:, column], fold[:, column])
    for _ in range(2):
        grid[4:] = 0.5 * grid[4:] + 0.5 * np.stack([_smoothed_around(row) for row in grid[4:]])
    return grid, crease


def pattern_uv(points: Reals, normals: Reals) -> Reals:
    """Pattern coordinates (N, 2) of points (N, 3) with normals (N, 3): across and up, in head-model units.

    Stripes of equal height run around chest and arms.
    """
    x, y, z = points.T
    side = np.sign(x) * np.clip((np.abs(x) - 6.0) / 6.0, 0, 1)
    across = x - side * normals[:, 0] ** 2 * (z + 2.0)
    return np.stack([across, y], 1)


def _folds(grid: Reals, look: Look) -> Reals:
    """Height (R, A) of soft folds that hang from the shoulders, head-model units."""
    places = grid.reshape(-1, 3)
    bend = np.stack([places[:, 0] * 0.34, places[:, 1] * 0.10, places[:, 2] * 0.34], 1)
    slant = np.stack([(places[:, 0] + 0.9 * places[:, 1]) * 0.26, places[:, 2] * 0.2, places[:, 1] * 0.08], 1)
    noise = 1.0 * value_noise(bend + 7.0, look.seed % 97) + 0.8 * value_noise(slant + 3.0, look.seed % 89)
    away = np.linalg.norm(grid - grid[0][None], axis=2)
    return np.asarray((noise.reshape(away.shape) - 0.9) * 0.55 * np.clip((away - 1.5) / 6.0, 0, 1))


def _normals(grid: Reals, triangles: Ints) -> Reals:
    """Outward unit normals (R, A, 3) of a grid (R, A, 3) whose first and last columns coincide."""
    normal = vertex_normals(grid.reshape(-1, 3).astype(np.float32), triangles)
    normal = normal.reshape(grid.shape)
    normal[:, 0] = normal[:, -1] = normal[:, 0] + normal[:, -1]
    normal /= np.maximum(np.linalg.norm(normal, axis=2, keepdims=True), 1e-6)
    outwards = np.sign(((grid - MIDDLE) * normal).sum(2).mean())
    return np.asarray(normal * outwards)


def _polar(radius: Reals, height: Reals, angle: Reals) -> Reals:
    return np.stack([radius * np.sin(angle), height, AXIS_Z + radius * np.cos(angle)], 1)


def _smoothed_around(ring: Reals) -> Reals:
    """A closed ring (A, 3) smoothed with a binomial filter; its first and last points coincide."""
    inner = ring[:-1]
    inner = 0.25 * np.roll(inner, 1, 0) + 0.5 * inner + 0.25 * np.roll(inner, -1, 0)
    return np.concatenate([inner, inner[:1]])
