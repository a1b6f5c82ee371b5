"""Tied hair behind the hair tie: a ponytail, a bun or two braids.

parts = tied_meshes(space, cut, GarmentHeight(clothes), random)
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np

from studio.arrays import Reals
from studio.hair.hair_surfaces import BAND, CARD, HairParts, card_mesh, hair_tie, sheet_mesh, unit
from studio.hair.haircuts import Haircut
from studio.head.head_space import HeadSpace
from studio.worn.garment_height import GarmentHeight
from studio.worn.mesh import WornMesh, tube

_BUN_RADIUS: Final = 2.5
_SOLID: Final = 0.98


def tied_meshes(space: HeadSpace, cut: Haircut, garment: GarmentHeight, random: Any) -> HairParts:
    """The meshes of a haircut's tail; empty where its hair is not tied."""
    if cut.tail == "ponytail":
        return _ponytail(space, cut, garment, random)
    if cut.tail == "bun":
        return _bun(cut, random)
    if cut.tail == "braids":
        return HairParts(
            occluders=[mesh for side in (1.0, -1.0) for mesh in _braid(space, cut, garment, side)]
        )
    return HairParts()


def _ponytail(space: HeadSpace, cut: Haircut, garment: GarmentHeight, random: Any) -> HairParts:
    tie = np.array(cut.tie)
    line = _hanging_path(
        space, garment, tie, np.array([0.0, 0.25, -1.0]), count=13, step=1.4, pull=(0.34, 0.012), clear=1.7
    )
    v = np.linspace(0, 1, len(line))
    radius = np.interp(v, (0, 0.12, 0.35, 0.8, 1), (0.8, 1.5, 2.0, 1.7, 0.5))
    along = unit(np.gradient(line, axis=0))
    side = np.array([1.0, 0.0, 0.0])
    out = np.cross(along, side)

    def around(angle: Reals, share: Reals) -> Reals:
        """Positions (L, S, 3) at angles (L, 1) around the tail, at a share of its radius."""
        ring = np.cos(angle)[..., None] * side + np.sin(angle)[..., None] * out[None]
        return np.asarray(line[None] + ring * (radius[None] * share)[..., None])

    angle = np.linspace(0, 2 * np.pi, 11)[:, None] + np.zeros((1, len(line)))
    core = around(angle, np.ones((1, 1)))
    dense = np.interp(v, (0, 0.8, 1), (1, 1, 0.25))[None, :]
    sheet = sheet_mesh(
        core, unit(core - line[None]), along=np.broadcast_to(along, core.shape),
        uv=(1.5 * angle, v[None, :]), dense=dense, sky=0.85,
    )  # fmt: skip
    count = 26
    turn = 2.399 * np.arange(count)[:, None] + 0.5 * random.normal(size=(count, 1)) * v[None, :]
    layer = random.uniform(size=(count, 1))
    path = around(turn, 1.02 + 0.16 * layer * np.minimum(1, 3 * v)[None, :])
    path = path + (random.uniform(-0.4, 1.2, (count, 1)) * v[None, :] ** 2)[..., None] * along[None]
    tone = (0.78 + 0.22 * layer[:, 0]) * random.uniform(0.9, 1.0, count)
    cards = card_mesh(
        path[:, ::2],
        (path - line[None])[:, ::2],
        width=1.5,
        point=0.8,
        tone=tone,
        random=random,
        rooted=False,
    )
    band = _tie(tie + np.array([0.0, 0.1, -0.3]), np.array([0.0, 0.35, -1.0]), 0.95)
    return HairParts(one_sided=[cards], occluders=[band, sheet])


def _bun(cut: Haircut, random: Any) -> HairParts:
    tie = np.array(cut.tie)
    away = unit(tie - np.array([0.0, 5.0, -1.5]))
    side = unit(np.cross(away, (1.0, 0.0, 0.0)))
    other = np.cross(away, side)
    middle = tie + 1.5 * away
    # strands run along the rings of a ball
    angle = np.linspace(0, 2 * np.pi, 19)[:, None]
    height = np.linspace(-0.62, 0.5, 9)[None, :] * np.pi
    wound = 1 + 0.05 * np.sin(6.5 * height + angle)
    around = np.cos(angle)[..., None] * side + np.sin(angle)[..., None] * other
    ball = np.cos(height)[..., None] * around + 0.85 * np.sin(height)[..., None] * away
    place = middle + _BUN_RADIUS * wound[..., None] * ball
    run = np.broadcast_to(
        unit(-np.sin(angle)[..., None] * side + np.cos(angle)[..., None] * other), place.shape
    )
    sky = 0.72 + 0.22 * np.sin(6.5 * height + angle + 0.6)
    sheet = sheet_mesh(
        place, unit(place - middle), along=run, uv=(3.0 * height + 0.5 * angle, angle / (2 * np.pi)),
        dense=1.0, sky=sky,
    )  # fmt: skip
    count = 18
    start, tilt = random.uniform(0, 2 * np.pi, (count, 1)), random.uniform(-0.5, 1.0, (count, 1))
    turn = start + np.linspace(0, 2.6, 8)[None, :]
    lean = np.clip(tilt + 0.5 * np.sin(turn + 2 * start), -0.7, 1.35)
    ring = np.cos(turn)[..., None] * side + np.sin(turn)[..., None] * other
    out = unit(np.cos(lean)[..., None] * ring + 0.85 * np.sin(lean)[..., None] * away)
    path = middle + _BUN_RADIUS * 1.06 * out
    tone = random.uniform(0.8, 1.0, count)
    cards = card_mesh(path, out, width=1.2, point=0.7, tone=tone, random=random)
    return HairParts(one_sided=[cards], occluders=[sheet, _tie(tie + 0.1 * away, away, 1.5)])


def _braid(space: HeadSpace, cut: Haircut, garment: GarmentHeight, side: float) -> list[WornMesh]:
    tie = np.array(cut.tie) * (side, 1.0, 1.0)
    path = _hanging_path(
        space,
        garment,
        tie,
        np.array([0.25 * side, -0.8, 0.35]),
        count=15,
        step=1.15,
        pull=(0.35, 0.0),
        clear=1.3,
    )
    line = _smooth(path, 30)
    along = unit(np.gradient(line, axis=0))
    _, outward = space.distance(line.astype(np.float32))
    across = unit(np.cross(along, outward))
    out = np.cross(across, along)
    v = np.linspace(0, 1, len(line))
    size = np.interp(v, (0, 0.1, 0.85, 1), (0.6, 0.95, 0.7, 0.5))
    meshes = []
    for k in range(3):
        angle = 2 * np.pi * (6.0 * v + k / 3)
        over = np.sin(2 * angle)
        middle = line + (size * 0.72 * np.sin(angle))[:, None] * across + (size * 0.36 * over)[:, None] * out
        cord = tube(middle, size * 0.74, sides=5, kind=CARD + _SOLID)
        # darker where the cord passes under another one
        sky = np.repeat(0.75 + 0.22 * over, 6)
        uv = np.stack([3.0 * cord.uv[:, 0] + 5.0 * k, cord.uv[:, 1]], 1)
        meshes.append(replace(cord, uv=uv, sky=sky))
    meshes.append(_tie(line[-1], along[-1], 0.55))
    brush = np.stack([line[-1] + step * along[-1] for step in (0.0, 0.8, 1.6, 2.6)])
    tip = tube(brush, np.array([0.45, 0.75, 0.7, 0.2]), sides=7, kind=CARD + _SOLID)
    fade = np.repeat(np.array([_SOLID, _SOLID, 0.6, 0.1]), 8)
    meshes.append(replace(tip, kind=CARD + fade, uv=tip.uv * (3.0, 1.0), sky=np.full(len(tip.sky), 0.85)))
    return meshes


def _hanging_path(
    space: HeadSpace, garment: GarmentHeight, start: Reals, heading: Reals, *, count: int, step: float,
    pull: tuple[float, float], clear: float,
) -> Reals:  # fmt: skip
    """A path (count + 1, 3) that hangs from `start`, kept outside the head and the clothes.

    Args:
        start, heading: (3,) first point and direction.
        pull: downward pull of each step, and its increase per step.
        clear: distance kept from head and clothes.
    """
    point, path = np.asarray(start, np.float64), [np.asarray(start, np.float64)]
    for i in range(count):
        heading = unit(unit(heading) + np.array([0.0, -pull[0] - pull[1] * i, 0.0]))
        point = point + step * heading
        distance, outward = space.distance(point[None].astype(np.float32))
        point = point + outward[0] * max(clear - float(distance[0]), 0.0) * min(1.0, 0.3 + 0.3 * i)
        point = garment.push_out(point[None], clear)[0]
        path.append(point)
    return np.array(path)


def _tie(middle: Reals, axis: Reals, radius: float) -> WornMesh:
    return hair_tie(middle, axis, radius, count=14, thickness=0.28, kind=BAND + _SOLID)


def _smooth(path: Reals, count: int) -> Reals:
    """The path resampled to `count` points, with rounded corners."""
    knots, at = np.linspace(0, 1, len(path)), np.linspace(0, 1, count)
    line = np.stack([np.interp(at, knots, path[:, axis]) for axis in range(3)], 1)
    for _ in range(4):
        line[1:-1] = 0.25 * line[:-2] + 0.5 * line[1:-1] + 0.25 * line[2:]
    return line
