"""Clothes: a garment draped outwards from its neckline over the shoulders, with a hem, a collar or a hood.

mesh = draped_clothes(space, look)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from training.studio.head_space import HeadSpace
from training.studio.look import Look
from training.studio.mesh import vertex_normals
from training.studio.noise import Reals
from training.studio.worn import WornMesh, grids, joined, tube

#: Height of the neckline in front, at the sides, behind, and how sharply it dips in front.
NECKLINES: Final[Mapping[str, tuple[float, float, float, float]]] = {
    "tee": (-13.0, -10.9, -9.2, 1.4),
    "v_neck": (-16.4, -10.9, -9.2, 2.6),
    "shirt": (-13.6, -10.2, -8.6, 2.2),
    "hoodie": (-12.6, -10.6, -9.0, 1.4),
    "turtleneck": (-10.0, -9.0, -8.0, 1.0),
    "dress": (-15.6, -12.6, -11.4, 1.1),
    "jacket": (-15.4, -10.2, -8.8, 2.4),
}
#: The neck's axis, head space.
AXIS_Z: Final = -1.5
_AROUND, _STEPS, _STEP, _OFFSET = 52, 26, 0.98, 0.34
_BOTTOM: Final = -33.5


def draped_clothes(space: HeadSpace, look: Look) -> WornMesh:
    """The look's garment for the mean head; kind 0 is cloth, 1 trim."""
    angle = np.linspace(-np.pi, np.pi, _AROUND + 1)
    line = _neckline(space, neckline_height(look.clothes, angle), angle)
    garment = _drape(space, line, angle)
    meshes = [garment]
    radial = np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], 1)
    back = np.clip(-np.cos(angle), 0, 1)
    if look.clothes in ("tee", "v_neck", "dress"):
        thin = 0.16 if look.clothes == "dress" else 0.30
        meshes.append(tube(line + 0.02 * radial, np.full(len(line), thin), sides=7, kind=1.0, flatten=1.5))
    elif look.clothes == "turtleneck":
        for height, thick in ((0.35, 0.62), (-0.45, 0.72)):
            ring = line + 0.28 * radial + np.array([0, height, 0])
            meshes.append(tube(ring, np.full(len(line), thick), sides=8, kind=1.0, flatten=1.25))
    elif look.clothes == "hoodie":
        roll = 0.55 + 1.15 * back**0.8
        hood = line + radial * (0.45 + 0.75 * back)[:, None] + np.array([0.0, 0.15, 0.0])
        hood[:, 1] += 0.5 * back
        meshes.append(tube(hood, roll, sides=10, kind=0.0, flatten=1.0))
        for side in (-1.0, 1.0):
            meshes.append(_string(space, np.array([1.1 * side, -13.2, 5.5])))
    elif look.clothes in ("shirt", "jacket"):
        meshes.append(_collar(line, angle, radial, lapel=look.clothes == "jacket"))
    return joined(meshes)


def neckline_height(clothes: str, angle: Reals) -> Reals:
    """Height (N,) of a garment's neckline at angles (N,) around the neck; must match COVERED_BY_CLOTH."""
    front, side, back, sharp = NECKLINES[clothes]
    cos = np.cos(angle)
    return np.asarray(
        side + (front - side) * np.clip(cos, 0, 1) ** sharp + (back - side) * np.clip(-cos, 0, 1) ** 1.5
    )


def _neckline(space: HeadSpace, height: Reals, angle: Reals) -> Reals:
    """Where the garment begins (N, 3): just outside the skin at the heights."""
    radius = np.full(len(angle), 1.5)
    for _ in range(60):
        points = _polar(radius, height, angle)
        distance, _ = space.distance(points.astype(np.float32))
        radius += np.clip(_OFFSET - distance, 0.0, 0.5)
    line = _polar(radius, height, angle)
    for _ in range(3):
        line = _smoothed_around(line)
    return line


def _drape(space: HeadSpace, line: Reals, angle: Reals) -> WornMesh:
    """The garment itself: every step goes on outwards and down, first on the skin, then as cloth hangs."""
    radial = np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], 1)
    side = np.abs(np.sin(angle))[:, None]
    heading = 0.6 * radial + np.array([0.0, -0.8, 0.0])
    point, rows = line, [line - 0.05 * radial, line]
    for k in range(_STEPS):
        heading /= np.linalg.norm(heading, axis=1, keepdims=True)
        moved = point + _STEP * heading
        distance, outward = space.distance(moved.astype(np.float32))
        # the bust ends; cloth goes on over arms and chest that are not there
        on = np.clip((moved[:, 1] + 15.8) / 1.5, 0, 1) * np.clip((10.6 - np.abs(moved[:, 0])) / 1.5, 0, 1)
        loose = _OFFSET + 0.02 * k
        moved = moved - outward * (on * (distance - loose))[:, None]
        went = moved - point
        heading = went / np.maximum(np.linalg.norm(went, axis=1, keepdims=True), 1e-6)
        hang = (1 - on)[:, None] * (0.16 + 0.25 * (1 - side))
        heading = (
            heading + hang * np.array([0.0, -1.0, 0.0]) + on[:, None] * (0.55 * radial + (0.0, -0.45, 0.0))
        )
        if k % 2 == 0:
            moved = 0.5 * moved + 0.5 * _smoothed_around(moved)
        point = moved
        rows.append(point)
    for share in (0.5, 1.0):
        down = point.copy()
        down[:, 1] += (_BOTTOM - point[:, 1]) * share
        rows.append(down)
    grid = np.stack(rows)
    triangles = grids(1, len(rows), len(angle))
    flat = grid.reshape(-1, 3).astype(np.float32)
    normal = vertex_normals(flat, triangles).reshape(grid.shape)
    normal[:, 0] = normal[:, -1] = normal[:, 0] + normal[:, -1]
    normal /= np.maximum(np.linalg.norm(normal, axis=2, keepdims=True), 1e-6)
    way = np.sign((normal * np.array([0.0, 1.0, 0.0]) + normal * radial[None]).sum(2).mean())
    normal *= way
    u, v = np.meshgrid(np.linspace(0, 1, len(angle)), np.linspace(0, 1, len(rows)))
    sky = np.interp(v, (0.0, 0.12, 1.0), (0.72, 1.0, 1.0))
    count = len(flat)
    return WornMesh(
        position=flat,
        normal=normal.reshape(-1, 3),
        tangent=np.tile(np.array([0.0, -1.0, 0.0]), (count, 1)),
        uv=np.stack([u.ravel(), v.ravel()], 1),
        kind=np.zeros(count, np.float32),
        sky=sky.ravel(),
        triangles=triangles,
    )


def _collar(line: Reals, angle: Reals, radial: Reals, *, lapel: bool) -> WornMesh:
    """A band that stands up and folds over, open in front."""
    wide = 3.2 if lapel else 2.3
    front = np.clip(np.cos(angle), 0, 1)
    keep = np.flatnonzero(np.abs(angle) > (0.22 if lapel else 0.14))[:, None]
    keep = np.roll(keep.ravel(), 0)
    # out and up from the neckline
    profile = [
        (0.05, -0.3),
        (0.02, 0.6),
        (0.16, 1.05),
        (0.45, 1.1),
        (0.75, 0.6),
        (1.25, -0.4),
        (1.7, 0.9 - wide),
    ]
    rows = []
    for out, up in profile:
        fold = 1.0 + 0.55 * front**3 * (up < 0.5)
        place = line + radial * out + np.array([0.0, 1.0, 0.0]) * (up * fold)[:, None]
        rows.append(place)
    grid = np.stack(rows)
    # two halves, so that nothing spans the opening in front
    order = np.concatenate([keep[angle[keep] < 0], keep[angle[keep] > 0]])
    halves = []
    for half in (order[angle[order] < 0], order[angle[order] > 0]):
        part = grid[:, half].reshape(-1, 3).astype(np.float32)
        triangles = grids(1, len(rows), len(half))
        u, v = np.meshgrid(np.linspace(0, 1, len(half)), np.linspace(0, 1, len(rows)))
        halves.append(
            WornMesh(
                position=part,
                normal=vertex_normals(part, triangles),
                tangent=np.tile(np.array([0.0, -1.0, 0.0]), (len(part), 1)),
                uv=np.stack([u.ravel(), v.ravel()], 1),
                kind=np.full(len(part), 0.0),
                sky=np.full(len(part), 0.95),
                triangles=triangles,
            )
        )
    return joined(halves)


def _string(space: HeadSpace, start: Reals) -> WornMesh:
    """A hood's string, hanging on the chest."""
    path = start + np.linspace(0, 1, 8)[:, None] * np.array([0.25 * np.sign(start[0]), -5.5, 1.0])
    distance, outward = space.distance(path.astype(np.float32))
    path = path + outward * (1.15 - distance)[:, None]
    return tube(path, np.full(8, 0.13), sides=5, kind=1.0)


def _polar(radius: Reals, height: Reals, angle: Reals) -> Reals:
    return np.stack([radius * np.sin(angle), height, AXIS_Z + radius * np.cos(angle)], 1)


def _smoothed_around(ring: Reals) -> Reals:
    """Each place between its neighbours; the first and the last are the same place."""
    inner = ring[:-1]
    inner = 0.25 * np.roll(inner, 1, 0) + 0.5 * inner + 0.25 * np.roll(inner, -1, 0)
    return np.concatenate([inner, inner[:1]])
