"""Tails: what tied hair becomes behind the tie: a ponytail, a bun, two braids."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from training.studio.hair.styles import HairStyle
from training.studio.head.head_space import HeadSpace
from training.studio.noise import Reals
from training.studio.worn.mesh import WornMesh, tube

#: Added to a lock's number: it is solid, without gaps between hairs.
SOLID: Final = 2.0
_BUN_RADIUS: Final = 2.5


def tail_meshes(space: HeadSpace, style: HairStyle, random: Any) -> list[WornMesh]:
    """The meshes of a style's tail."""
    if style.tail == "ponytail":
        return _ponytail(space, style, random)
    if style.tail == "bun":
        return _bun(style, random)
    if style.tail == "braids":
        return [mesh for side in (1.0, -1.0) for mesh in _braid(space, style, side)]
    return []


def _ponytail(space: HeadSpace, style: HairStyle, random: Any) -> list[WornMesh]:
    tie = np.array(style.tie, np.float32)
    meshes = [_band(tie, np.array([0.0, 0.2, -1.0]), 0.95)]
    for k in range(26):
        angle, spread = k * 2.399, np.sqrt((k + 0.5) / 26)
        side = np.array([np.cos(angle), np.sin(angle), 0.0]) * spread
        heading = np.array([0.0, 0.45, -1.0]) + 0.45 * side
        point = tie + 0.55 * side
        path = [point]
        for i in range(13):
            heading = heading / np.linalg.norm(heading) + np.array([0.0, -0.20 - 0.012 * i, 0.0])
            point = point + 1.35 * heading / np.linalg.norm(heading)
            distance, outward = space.distance(point[None].astype(np.float32))
            point = point + outward[0] * max(0.6 + 0.5 * spread - float(distance[0]), 0.0)
            path.append(point)
        thick = 0.75 * np.interp(np.linspace(0, 1, 14), (0, 0.2, 0.6, 1), (0.55, 1.0, 0.9, 0.05))
        meshes.append(tube(np.array(path), thick, sides=5, kind=SOLID + float(random.uniform())))
    return meshes


def _bun(style: HairStyle, random: Any) -> list[WornMesh]:
    tie = np.array(style.tie)
    away = tie - np.array([0.0, 5.0, -1.5])
    away = away / np.linalg.norm(away)
    side = np.cross(away, (1.0, 0.0, 0.0))
    side /= np.linalg.norm(side)
    other = np.cross(away, side)
    middle = tie + 1.3 * away
    meshes = [_band(tie + 0.1 * away, away, 1.35)]
    # strands wound around the bun, each a ring a little further out on the ball
    for k in range(16):
        height = np.interp(k, (0, 15), (-0.75, 0.95))
        radius = _BUN_RADIUS * np.sqrt(max(1 - height**2, 0.03))
        angle = np.linspace(0, 2 * np.pi, 25)[:-1] + k
        wave = 0.16 * np.sin(angle * 3 + k * 1.7)
        ring = (
            middle
            + 0.92 * _BUN_RADIUS * (height + 0.12 * np.sin(angle + k * 2.1) + wave * 0.3)[:, None] * away
        )
        ring = ring + (radius * (1 + 0.04 * wave))[:, None] * (
            np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * other
        )
        meshes.append(
            tube(ring, np.full(24, 0.52), sides=6, kind=SOLID + float(random.uniform()), closed=True)
        )
    return meshes


def _braid(space: HeadSpace, style: HairStyle, side: float) -> list[WornMesh]:
    point = np.array(style.tie) * (side, 1.0, 1.0)
    heading = np.array([0.25 * side, -0.8, 0.35])
    path = [point]
    for _ in range(15):
        heading = heading / np.linalg.norm(heading) + np.array([0.0, -0.35, 0.10])
        point = point + 1.15 * heading / np.linalg.norm(heading)
        distance, outward = space.distance(point[None].astype(np.float32))
        point = point + outward[0] * max(1.5 - float(distance[0]), 0.0)
        path.append(point)
    line = _smooth(np.array(path), 76)
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    _, outward = space.distance(line.astype(np.float32))
    across = np.cross(along, outward)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    out = np.cross(across, along)
    v = np.linspace(0, 1, len(line))
    size = np.interp(v, (0, 0.1, 0.85, 1), (0.55, 0.85, 0.6, 0.5))
    meshes = []
    for k in range(3):
        angle = 2 * np.pi * (7.0 * v + k / 3)
        middle = (
            line
            + (size * 0.80 * np.sin(angle))[:, None] * across
            + (size * 0.42 * np.sin(2 * angle))[:, None] * out
        )
        meshes.append(tube(middle, size * 0.72, sides=6, kind=SOLID + 0.3 * k))
    meshes.append(_band(line[-1], along[-1], 0.55))
    brush = np.stack([line[-1], line[-1] + 1.2 * along[-1], line[-1] + 2.4 * along[-1]])
    meshes.append(tube(brush, np.array([0.45, 0.75, 0.1]), sides=7, kind=SOLID + 0.5))
    return meshes


def _band(middle: Reals, axis: Reals, radius: float) -> WornMesh:
    """A tie around hair."""
    axis = np.asarray(axis) / np.linalg.norm(axis)
    side = np.cross(axis, (1.0, 0.0, 0.0) if abs(axis[0]) < 0.8 else (0.0, 1.0, 0.0))
    side /= np.linalg.norm(side)
    angle = np.linspace(0, 2 * np.pi, 17)[:-1, None]
    ring = middle + radius * (np.cos(angle) * side + np.sin(angle) * np.cross(axis, side))
    return tube(ring, np.full(16, 0.30), sides=5, kind=4.0, closed=True)


def _smooth(path: Reals, count: int) -> Reals:
    """The path resampled, its corners rounded."""
    knots = np.linspace(0, 1, len(path))
    at = np.linspace(0, 1, count)
    line = np.stack([np.interp(at, knots, path[:, axis]) for axis in range(3)], 1)
    for _ in range(6):
        line[1:-1] = 0.25 * line[:-2] + 0.5 * line[1:-1] + 0.25 * line[2:]
    return line
