"""Hair: locks grown from the mean head's scalp, step by step, kept outside the skin.

mesh = grown_hair(space, look)          # a WornMesh, or None for the bald
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from training.studio.hair_drawn import drawn_hair
from training.studio.hair_styles import HAIR_STYLES, HairStyle
from training.studio.hair_tails import tail_meshes
from training.studio.head_space import HeadSpace
from training.studio.look import Look
from training.studio.noise import Reals
from training.studio.regions import CROWN_AXIS, scalp_distance
from training.studio.seeds import random_of
from training.studio.worn import WornMesh, grids, joined

_CROWN: Final = np.array([0.0, 13.6, -3.2])
_DOWN: Final = np.array([0.0, -1.0, 0.0])


def grown_hair(space: HeadSpace, look: Look) -> WornMesh | None:
    """The look's hair."""
    if look.style == "anime":
        return drawn_hair(space, look)
    style = HAIR_STYLES[look.hair]
    if style.locks == 0:
        return None
    random = random_of("hair", look.seed)
    roots, normals = _roots(space, style, random)
    meshes = tail_meshes(space, style, random)
    if style.fringe > 0:
        meshes.append(_fringe(space, style, random, clump=False))
    meshes.append(
        lock_mesh(space, *_grow(space, style, roots, normals, random), style.width, random, clump=False)
    )
    return joined(meshes)


def lock_mesh(
    space: HeadSpace, paths: Reals, seeds: Reals, width: float, random: Any, *, clump: bool
) -> WornMesh:
    """Ribbons along paths (L, S, 3), flat to the head, or pointed clumps with a bulge."""
    count, steps, _ = paths.shape
    along = np.gradient(paths, axis=1)
    along /= np.maximum(np.linalg.norm(along, axis=2, keepdims=True), 1e-6)
    distance, outward = (
        a.reshape(count, steps, -1) for a in space.distance(paths.reshape(-1, 3).astype(np.float32))
    )
    # far from the head its way out says little
    outward = outward - along * (outward * along).sum(2, keepdims=True)
    outward /= np.maximum(np.linalg.norm(outward, axis=2, keepdims=True), 1e-6)
    across = np.cross(along, outward)
    tilt = random.normal(0, 0.16, (count, 1, 1))
    across, outward = across + tilt * outward, outward - tilt * across
    columns = 5 if clump else 2
    u = np.linspace(-1, 1, columns)
    v = np.linspace(0, 1, steps)
    taper = np.interp(v, (0, 0.25, 0.6, 1), (0.55, 1.0, 0.85, 0.0) if clump else (0.8, 1.0, 1.0, 0.6))
    half = 0.5 * width * taper[None, :] * (0.75 + 0.5 * random.uniform(size=(count, 1)))
    bulge = (0.55 if clump else 0.0) * half[:, :, None] * (1 - u**2)
    position = paths[:, :, None] + across[:, :, None] * (half[:, :, None] * u)[..., None]
    position = position + outward[:, :, None] * bulge[..., None]
    bend = 0.9 if clump else 0.5
    normal = outward[:, :, None] + bend * across[:, :, None] * u[:, None]
    normal /= np.linalg.norm(normal, axis=3, keepdims=True)
    shape = (count, steps, columns)
    high = np.clip(distance[..., 0] / 1.6, 0, 1)
    sky = np.broadcast_to((0.35 + 0.65 * np.maximum(high, 0.75 * v[None, :] ** 0.7))[..., None], shape)
    grid_u, grid_v = np.broadcast_to(0.5 + 0.5 * u, shape), np.broadcast_to(v[None, :, None], shape)
    kind = np.broadcast_to(seeds[:, None, None] + (2.0 if clump else 0.0), shape)
    return WornMesh(
        position=position.reshape(-1, 3),
        normal=normal.reshape(-1, 3),
        tangent=np.repeat(along.reshape(-1, 3), columns, 0),
        uv=np.stack([grid_u.ravel(), grid_v.ravel()], 1),
        kind=kind.ravel(),
        sky=sky.ravel(),
        triangles=grids(count, steps, columns),
    )


def _roots(space: HeadSpace, style: HairStyle, random: Any) -> tuple[Reals, Reals]:
    """Places (L, 3) spread evenly over the scalp, and the skin's normals there."""
    triangles = space.skin_triangles
    corners = space.vertices[triangles]
    middle = corners.mean(1)
    inside = scalp_distance(middle) > 0.05
    inside &= ~((np.abs(middle[:, 0]) > 7.6) & (np.abs(middle[:, 2]) < 3.8) & (middle[:, 1] < 5.4))  # ears
    if style.crest > 0:
        inside &= np.abs(middle[:, 0]) < style.crest
        inside &= middle[:, 1] > 4.0
    inside &= middle[:, 1] > style.trimmed
    triangles, corners = triangles[inside], corners[inside]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    candidates = style.locks * 4
    chosen = np.searchsorted(np.cumsum(area) / area.sum(), random.uniform(size=candidates))
    chosen = np.minimum(chosen, len(triangles) - 1)
    weights = random.dirichlet((1, 1, 1), candidates)
    points = np.einsum("nk,nki->ni", weights, corners[chosen]).astype(np.float32)
    normals = np.einsum("nk,nki->ni", weights, space.normals[triangles[chosen]]).astype(np.float32)
    # each next root is the candidate furthest from all before
    kept = np.zeros(style.locks, np.int64)
    x, y, z = (np.ascontiguousarray(points[:, k]) for k in range(3))
    gap = np.full(candidates, np.inf, np.float32)
    for k in range(1, style.locks):
        a, b, c = points[kept[k - 1]]
        gap = np.minimum(gap, (x - a) ** 2 + (y - b) ** 2 + (z - c) ** 2)
        kept[k] = gap.argmax()
    normals = normals[kept]
    return points[kept], normals / np.linalg.norm(normals, axis=1, keepdims=True)


def _lengths(style: HairStyle, roots: Reals) -> Reals:
    """Each lock's length (L,) by where it grows."""
    angle = np.abs(np.arctan2(roots[:, 0] - CROWN_AXIS[0], roots[:, 2] - CROWN_AXIS[1]))
    front, top, side, back = style.length
    around = np.interp(angle, (0.3, 1.2, 1.9, 2.7), (front, side, side, back))
    high = np.clip((roots[:, 1] - 7.5) / 4.5, 0, 1)
    return np.asarray(around * (1 - high) + (front * (angle < 0.8) + top * (angle >= 0.8)) * high)


def _flow(style: HairStyle, roots: Reals) -> Reals:
    """Which way each lock is combed (L, 3)."""
    x = roots[:, 0] - style.part
    zero, one = np.zeros(len(roots)), np.ones(len(roots))
    if style.flow == "tie":
        tie = np.array(style.tie) * np.ones((len(roots), 1))
        if style.tail == "braids":
            tie[:, 0] *= np.where(roots[:, 0] >= 0, 1, -1)
        flow = tie - roots
    elif style.flow == "part":
        side = np.clip(x / 1.6, -1, 1)
        side = np.where(np.abs(side) < 0.25, np.sign(x + 1e-6) * 0.25, side)
        behind = np.clip((-roots[:, 2] - 2.5) / 3.5, 0, 1)
        flow = np.stack([side * (1 - 0.75 * behind), -0.25 * one - 0.5 * behind, 0.12 - 0.9 * behind], 1)
        if style.length[2] < 5:  # short sides are combed back
            low = np.clip((8.5 - roots[:, 1]) / 2.0, 0, 1)
            flow = flow * (1 - low[:, None]) + np.array([0.0, -0.7, -0.7]) * low[:, None]
    elif style.flow == "side":
        flow = np.stack([one, 0.1 * one, 0.25 * one], 1)
    elif style.flow == "back":
        flow = np.stack([0.12 * np.sign(roots[:, 0]), 0.12 * one, -one], 1)
    elif style.flow == "forward":
        low = np.clip((8.0 - roots[:, 1]) / 2.5, 0, 1)
        flow = np.stack([0.15 * roots[:, 0] / 5, -0.1 - 0.9 * low, 1.0 - 0.8 * low], 1)
    elif style.flow == "up":
        flow = np.stack(
            [0.1 * roots[:, 0] * (style.crest == 0), one, 0.18 * roots[:, 2] * (style.crest == 0)], 1
        )
    elif style.flow == "out":
        flow = roots - np.array([0.0, 5.0, -1.5])
    else:
        flow = roots - _CROWN + np.stack([zero + style.part, zero, zero], 1)
    return np.asarray(flow / np.maximum(np.linalg.norm(flow, axis=1, keepdims=True), 1e-6), np.float32)


def _grow(
    space: HeadSpace, style: HairStyle, roots: Reals, normals: Reals, random: Any
) -> tuple[Reals, Reals]:
    """Paths (L, S + 1, 3), outermost first: what they hide is not shaded; and each lock's number 0..1."""
    count = len(roots)
    layer = np.sort(random.uniform(size=count))[::-1]
    roots, normals = roots.copy(), normals.copy()
    length = _lengths(style, roots) * (0.85 + 0.25 * random.uniform(size=count))
    flow = _flow(style, roots)
    flow = flow + random.normal(0, style.messy, flow.shape)
    if style.flow not in ("up", "out"):
        flow -= normals * (flow * normals).sum(1, keepdims=True)
    flow /= np.maximum(np.linalg.norm(flow, axis=1, keepdims=True), 1e-6)
    heading = flow * (1 - style.lift) + normals * style.lift
    clear = style.thickness[0] + (style.thickness[1] - style.thickness[0]) * layer
    if style.flow in ("part", "whorl"):  # flat at the parting
        clear = clear * (0.6 + 0.4 * np.clip(np.abs(roots[:, 0] - style.part) / 2.5, 0, 1))
    tie = None
    if style.flow == "tie":
        tie = np.array(style.tie) * np.ones((count, 1))
        if style.tail == "braids":
            tie[:, 0] *= np.where(roots[:, 0] >= 0, 1, -1)
        length = np.linalg.norm(tie - roots, axis=1) * 1.25 + 0.5
    point = roots + normals * 0.03
    path = [point]
    # short steps where it leaves the head, long ones where it hangs
    shares = np.linspace(0.45, 1.55, style.segments) / style.segments
    away = np.sign(roots[:, 0] - style.part)
    for k in range(style.segments):
        step = (length * shares[k])[:, None]
        heading = heading / np.maximum(np.linalg.norm(heading, axis=1, keepdims=True), 1e-6)
        if tie is not None:
            left = tie - point
            reach = np.linalg.norm(left, axis=1, keepdims=True)
            heading = 0.35 * heading + left / np.maximum(reach, 1e-6)
            heading /= np.linalg.norm(heading, axis=1, keepdims=True)
            step = np.minimum(step, reach)
        moved = point + heading * step
        distance, outward = space.distance(moved.astype(np.float32))
        wanted = clear * min(1.0, (k + 0.7) / 2.0)
        short = np.maximum(wanted - distance, 0.0)
        if tie is not None:  # tied hair lies close
            near = np.clip(np.linalg.norm(tie - moved, axis=1) / 3.0, 0, 1)
            short = (wanted - distance) * near
        else:  # the rest lies on what lies below it, and beside the face
            short = short - style.hug * np.maximum(distance - wanted, 0.0) * np.clip(moved[:, 1] / 4.0, 0, 1)
            moved[:, 0] += style.hug * away * _before_face(moved)
        moved = moved + outward * short[:, None]
        heading = (moved - point) / np.maximum(np.linalg.norm(moved - point, axis=1, keepdims=True), 1e-6)
        heading = heading + style.gravity * min(2.0, 0.4 + 0.4 * k) * _DOWN
        point = moved
        path.append(point)
    paths = np.stack(path, 1)
    if style.curl[0] > 0:
        paths = paths + _coils(space, paths, style, random)
    return np.asarray(paths, np.float32), random.uniform(size=count).astype(np.float32)


def _before_face(points: Reals) -> Reals:
    """How far (N,) to the side points (N, 3) have to go not to hang before the face."""
    half = np.interp(points[:, 1], (-9.0, -5.0, 2.0, 8.0, 11.0), (5.6, 6.0, 6.9, 6.4, 0.0))
    front = np.clip((points[:, 2] - 2.0) / 3.0, 0, 1)
    return np.asarray(front * np.maximum(half - np.abs(points[:, 0]), 0.0))


def _coils(space: HeadSpace, paths: Reals, style: HairStyle, random: Any) -> Reals:
    """How far each place of straight paths is moved to coil."""
    count, steps, _ = paths.shape
    _, outward = space.distance(paths.reshape(-1, 3).astype(np.float32))
    outward = outward.reshape(paths.shape)
    along = np.gradient(paths, axis=1)
    across = np.cross(along, outward)
    across /= np.maximum(np.linalg.norm(across, axis=2, keepdims=True), 1e-6)
    radius, turns = style.curl
    v = np.linspace(0, 1, steps)[None, :, None]
    angle = (
        2
        * np.pi
        * (turns * v * (0.85 + 0.3 * random.uniform(size=(count, 1, 1))) + random.uniform(size=(count, 1, 1)))
    )
    grown = radius * np.minimum(1.0, 2.5 * v)
    return np.asarray(grown * (across * np.cos(angle) + outward * (0.6 + 0.6 * np.sin(angle))))


def _fringe(space: HeadSpace, style: HairStyle, random: Any, *, clump: bool) -> WornMesh:
    """Hair combed from the front of the scalp into the forehead."""
    count = 22 if clump else 90
    x = np.linspace(-5.6, 5.6, count) + random.normal(0, 0.12, count)
    start = np.stack([0.82 * x, 13.2 - 0.055 * x**2, np.full(count, 5.6) - 0.06 * x**2], 1).astype(np.float32)
    distance, outward = space.distance(start)
    start = start - outward * (distance - 0.25)[:, None]
    layer = np.sort(random.uniform(size=count))
    clear = 0.35 + (style.thickness[1] - 0.4) * random.permutation(layer)
    swept = 0.28 * style.part
    length = style.fringe * (0.92 + 0.16 * random.uniform(size=count)) + 0.10 * np.abs(x)
    heading = np.stack([0.10 * x - swept, np.full(count, 0.15), np.full(count, 1.0)], 1)
    heading += random.normal(0, style.messy * 0.5, heading.shape)
    path = [start]
    point = start
    for k in range(style.segments):
        heading /= np.linalg.norm(heading, axis=1, keepdims=True)
        moved = point + heading * (length / style.segments)[:, None]
        distance, outward = space.distance(moved.astype(np.float32))
        short = np.maximum(clear * min(1.0, (k + 1.0) / 2) - distance, 0.0)
        moved = moved + outward * short[:, None]
        heading = (moved - point) + 0.0
        heading /= np.linalg.norm(heading, axis=1, keepdims=True)
        heading = heading + 0.55 * _DOWN
        point = moved
        path.append(point)
    paths = np.stack(path, 1)
    return lock_mesh(space, paths, random.uniform(size=count), style.width * 0.85, random, clump=clump)
