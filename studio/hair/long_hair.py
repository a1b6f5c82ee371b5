"""Long hair: a closed curtain from the parting over ears and shoulders, and hair cards along it.

parts = curtain_meshes(space, cut, GarmentHeight(clothes), random)
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from studio.arrays import Reals
from studio.hair.hair_surfaces import HairParts, card_mesh, sheet_mesh, sheet_normals, unit
from studio.hair.haircuts import Haircut
from studio.head.head_space import HeadSpace
from studio.worn.garment_height import GarmentHeight

_DOWN: Final = np.array([0.0, -1.0, 0.0])
#: Columns of one side, rows, and the length of one growth step, head-model units.
_SIDE, _ROWS, _STEP = 16, 16, 1.3
_MIDDLE: Final = np.array([0.0, 2.0, -1.5])
#: Exponent of the row spacing: rows lie closer together where hair bends over the head.
_CLOSER: Final = 1.3


def curtain_meshes(space: HeadSpace, cut: Haircut, garment: GarmentHeight, random: Any) -> HairParts:
    """Cards, outermost first, as one-sided parts, and the curtain as an occluder."""
    if cut.strands == 0:
        return HairParts()
    waved = _waved(_curtain_columns(space, cut, garment, random), cut)
    place = garment.push_out(waved.reshape(-1, 3), 0.4).reshape(waved.shape)
    normal = sheet_normals(place, _MIDDLE)
    along = np.gradient(place, axis=1)
    columns, rows = len(place), _ROWS
    v = np.linspace(0, 1, rows) ** _CLOSER
    # texture coordinate across: the curtain's width at half its length
    run = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(place[:, rows // 2], axis=0), axis=1))])
    edge = np.minimum(np.arange(columns), np.arange(columns)[::-1])
    edge = np.interp(edge, (0, 1), (0.35, 1.0))
    dense = np.interp(v, (0, 0.04, 0.84, 1), (0.6, 1, 1, 0.12)) * edge[:, None]
    sky = np.interp(v, (0, 0.10, 0.5, 1), (0.62, 0.92, 0.90, 0.72))[None, :]
    sheet = sheet_mesh(place, normal, along=along, uv=(run[:, None], v[None, :]), dense=dense, sky=sky)

    # each card follows one column of the curtain, with a little drift
    count, steps = cut.strands, cut.segments + 1
    first = (np.arange(count) + random.uniform(size=count)) / count * (columns - 1)
    first = first[random.permutation(count)]
    layer = np.linspace(1, 0, count)
    begin = random.uniform(0.02, 0.45, count) * (random.uniform(size=count) < 0.75)
    end = random.uniform(0.84, 1.06, count)
    t = begin[:, None] + (end - begin)[:, None] * np.linspace(0, 1, steps) ** 1.2
    stray = random.normal(0, 0.6, (count, 1)) * (t - begin[:, None])
    a = np.clip(first[:, None] + stray, -0.15, columns - 0.85)
    path, out = _sampled(place, a, t), unit(_sampled(normal, a, np.minimum(t, 1)))
    bow = np.interp(np.linspace(0, 1, steps), (0, 0.25, 1), (0.0, 1.0, 0.7))
    depth = (0.06 + 0.34 * layer)[:, None] * bow
    path = path + out * depth[..., None]
    path = path + out * (0.3 * cut.wave[0] * np.sin(7 * t + 6 * random.uniform(size=(count, 1))))[..., None]
    path = garment.push_out(path.reshape(-1, 3), 0.45).reshape(count, steps, 3)
    tone = (0.86 + 0.14 * layer) * random.uniform(0.92, 1.04, count)
    tone = tone[:, None] * np.interp(t, (0, 0.12, 0.5, 1), (0.8, 1.0, 1.0, 0.85))
    cards = card_mesh(
        path, out, width=2.0, point=0.8, tone=np.clip(tone, 0, 1), random=random, share=np.minimum(t, 1)
    )
    return HairParts(one_sided=[cards], occluders=[sheet])


def _curtain_columns(space: HeadSpace, cut: Haircut, garment: GarmentHeight, random: Any) -> Reals:
    """Columns of hair (N, S, 3), from the left side of the face around the back to the right side."""
    # the left side from the face to the back, then the right side
    j = np.concatenate([np.linspace(0, 1, _SIDE), np.linspace(1, 0, _SIDE)[1:]])
    side = np.where(np.arange(len(j)) < _SIDE, 1.0, -1.0)
    u = np.clip(j / 0.55, 0, 1)
    turn = np.pi * np.interp(j, (0, 0.55, 1), (0.44, 0.52, 1.0))
    root = np.stack(
        [
            cut.part * (1 - 0.6 * u) + 0.1 * side,
            np.interp(u, (0, 0.4, 0.75, 1), (12.4, 13.9, 14.2, 13.7)),
            6.6 - 10.4 * u,
        ],
        1,
    )
    heading = np.stack([side * np.sin(turn), np.full(len(j), 0.1), np.cos(turn)], 1)
    path = _grow_paths(space, cut, garment, root, heading, side)
    front = np.abs(np.linspace(-1, 1, len(path)))
    for _ in range(3):
        path[1:-1] = 0.25 * path[:-2] + 0.5 * path[1:-1] + 0.25 * path[2:]
    path[..., 0] += side[:, None] * _offset_from_ear(path.reshape(-1, 3)).reshape(path.shape[:2])
    # cut each column at its height, then resample it
    cut_at = np.interp(front, (0, 0.55, 1), cut.fall[::-1])
    uneven = 0.96 + 0.04 * np.interp(np.linspace(0, 9, len(path)), np.arange(10), random.uniform(-1, 1, 10))
    spread = np.empty((len(path), _ROWS, 3))
    v = np.linspace(0, 1, _ROWS) ** _CLOSER
    for k, column in enumerate(path):
        run = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(column, axis=0), axis=1))])
        below = np.flatnonzero(column[:, 1] < cut_at[k])
        if len(below):
            i = int(below[0])
            share = (column[i - 1, 1] - cut_at[k]) / max(column[i - 1, 1] - column[i, 1], 1e-6)
            length = run[i - 1] + share * (run[i] - run[i - 1])
        else:
            length = run[-1]
        length *= uneven[k]
        for axis in range(3):
            spread[k, :, axis] = np.interp(v * length, run, column[:, axis])
    return spread


def _grow_paths(
    space: HeadSpace, cut: Haircut, garment: GarmentHeight, root: Reals, heading: Reals, side: Reals
) -> Reals:
    """Grow paths (L, S, 3) from roots (L, 3) at the parting over head, ears and shoulders."""
    distance, outward = space.distance(root.astype(np.float32))
    point = root - outward * (distance - 0.45)[:, None]
    path = [point]
    steps = int(np.ceil((13.0 - min(cut.fall)) / _STEP)) + 5
    for k in range(steps):
        moved = point + unit(heading) * _STEP
        distance, outward = space.distance(moved.astype(np.float32))
        wanted = cut.drape * min(1.0, 0.5 + 0.25 * k)
        short = np.maximum(wanted - distance, 0.0)
        # pulled onto the head above the ears, free below
        short = short - 0.6 * np.maximum(distance - wanted, 0.0) * np.clip((moved[:, 1] - 2.0) / 4.0, 0, 1)
        moved = moved + outward * short[:, None]
        moved[:, 0] += side * (0.6 * _offset_from_face(moved) + _offset_from_ear(moved))
        moved = garment.push_out(moved, 0.55)
        heading = unit(moved - point) + 0.4 * min(2.0, 0.4 + 0.4 * k) * _DOWN
        point = moved
        path.append(point)
    return np.stack(path, 1)


def _offset_from_face(points: Reals) -> Reals:
    """Sideways distance (N,) that moves points (N, 3) out of the face's outline."""
    half = np.interp(points[:, 1], (-9.0, -5.0, 2.0, 8.0, 11.0), (6.0, 6.4, 7.1, 6.4, 0.0))
    front = np.clip((points[:, 2] - 1.5) / 3.0, 0, 1)
    return np.asarray(front * np.maximum(half - np.abs(points[:, 0]), 0.0))


def _offset_from_ear(points: Reals) -> Reals:
    """Sideways distance (N,) that moves points (N, 3) outside the ear."""
    near = np.exp(-(((points[:, 1] - 1.0) / 11.0) ** 2) - ((points[:, 2] + 0.9) / 6.0) ** 2)
    return np.asarray(np.where(near > 0.6, np.maximum(10.6 * near - np.abs(points[:, 0]), 0.0), 0.0))


def _waved(place: Reals, cut: Haircut) -> Reals:
    """The curtain (N, S, 3) with waves of slowly varying phase, and its ends turned inwards."""
    height, turns = cut.wave
    columns, rows = place.shape[:2]
    v = np.linspace(0, 1, rows)[None, :]
    phase = 1.6 * np.sin(0.45 * np.arange(columns))[:, None]
    normal = sheet_normals(place, _MIDDLE)
    across = unit(np.cross(np.gradient(place, axis=1), normal))
    grown = height * np.clip(3.0 * v - 0.5, 0, 1)
    angle = 2 * np.pi * turns * v + phase
    place = place - normal * (cut.turned * v**5)[..., None]
    place = place + across * (grown * np.sin(angle))[..., None]
    return np.asarray(place + normal * (0.45 * grown * (1 + np.cos(angle)))[..., None])


def _sampled(grid: Reals, a: Reals, t: Reals) -> Reals:
    """Sample a grid (N, S, 3) bilinearly at columns a and row shares t (...); extrapolates beyond its ends."""
    column = np.clip(a.astype(np.int64), 0, grid.shape[0] - 2)
    row = t ** (1 / _CLOSER) * (grid.shape[1] - 1)
    low = np.minimum(row.astype(np.int64), grid.shape[1] - 2)
    u, v = (a - column)[..., None], (row - low)[..., None]
    first = grid[column, low] * (1 - u) + grid[column + 1, low] * u
    second = grid[column, low + 1] * (1 - u) + grid[column + 1, low + 1] * u
    return np.asarray(first * (1 - v) + second * v)
