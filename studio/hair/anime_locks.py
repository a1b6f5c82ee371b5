"""Shapes of anime hair: sheaves of locks side by side, spikes, a crest, puffs, ponytail and braids."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from studio.arrays import Reals
from studio.hair.anime_bun import SOLID, bun
from studio.hair.anime_styles import AnimeHairStyle
from studio.head.head_space import HeadSpace
from studio.worn.mesh import WornMesh, grids, tube

#: Vertices across a lock.
_COLUMNS: Final = 5


@dataclass(frozen=True, slots=True, eq=False)
class Sheaf:
    """Locks of hair side by side.

    Attributes:
        paths: (L, S, 3) centre lines, neighbours one after the other.
        sky: ambient occlusion factor: 1 for a top layer, less for layers below it.
        widest, narrowest: limits of a lock's width, head-model units.
        bulge: height of a lock's cross-section, as a share of its half width.
        overlap: width as a share of the distance between neighbours.
        tip: share of the length that tapers. pointed: whether it tapers.
        closed: whether the last lock lies beside the first.
    """

    paths: Reals
    sky: float = 1.0
    widest: float = 3.0
    narrowest: float = 0.25
    bulge: float = 0.3
    overlap: float = 1.15
    tip: float = 0.45
    pointed: bool = True
    closed: bool = False


def sheaf_mesh(space: HeadSpace, sheaf: Sheaf, random: Any) -> WornMesh:
    """The mesh of a sheaf: each lock is as wide as the distance to its neighbours allows."""
    paths = sheaf.paths
    count, steps, _ = paths.shape
    along = np.gradient(paths, axis=1)
    along /= np.maximum(np.linalg.norm(along, axis=2, keepdims=True), 1e-6)
    _, outward = space.distance(paths.reshape(-1, 3).astype(np.float32))
    outward = outward.reshape(paths.shape)
    outward = outward - along * (outward * along).sum(2, keepdims=True)
    outward /= np.maximum(np.linalg.norm(outward, axis=2, keepdims=True), 1e-6)
    across = np.cross(along, outward)
    # mean distance to both neighbours
    if sheaf.closed:
        between = 0.5 * np.linalg.norm(np.roll(paths, -1, 0) - np.roll(paths, 1, 0), axis=2)
    else:
        gap = np.linalg.norm(np.diff(paths, axis=0), axis=2)
        between = 0.5 * (np.concatenate([gap[:1], gap]) + np.concatenate([gap, gap[-1:]]))
    for _ in range(4):
        between[:, 1:-1] = 0.25 * between[:, :-2] + 0.5 * between[:, 1:-1] + 0.25 * between[:, 2:]
    v = np.linspace(0, 1, steps)
    taper = (
        np.interp(
            v,
            (0, 0.15, *(1 - sheaf.tip * np.array([1.0, 0.45, 0.16, 0.0]))),
            (0.85, 1.0, 1.0, 0.72, 0.34, 0.0),
        )
        if sheaf.pointed
        else 1.0
    )
    half = 0.5 * sheaf.overlap * np.minimum(np.maximum(between, sheaf.narrowest), sheaf.widest) * taper
    u = np.linspace(-1, 1, _COLUMNS)
    position = paths[:, :, None] + across[:, :, None] * (half[:, :, None] * u)[..., None]
    position = position + outward[:, :, None] * (sheaf.bulge * half[:, :, None] * (1 - u**2))[..., None]
    normal = outward[:, :, None] + 0.8 * across[:, :, None] * u[:, None]
    normal /= np.linalg.norm(normal, axis=3, keepdims=True)
    shape = (count, steps, _COLUMNS)
    kind = np.broadcast_to((SOLID + random.uniform(size=count))[:, None, None], shape)
    return WornMesh(
        position=position.reshape(-1, 3),
        normal=normal.reshape(-1, 3),
        tangent=np.repeat(along.reshape(-1, 3), _COLUMNS, 0),
        uv=np.stack([np.broadcast_to(0.5 + 0.5 * u, shape).ravel(),
                     np.broadcast_to(v[None, :, None], shape).ravel()], 1),
        kind=kind.ravel(),
        sky=np.full(kind.size, sheaf.sky),
        triangles=grids(count, steps, _COLUMNS),
    )  # fmt: skip


def spikes(roots: Reals, middle: Reals, random: Any) -> list[WornMesh]:
    """A cone bent backwards at each root (3,), away from a middle (3,)."""
    meshes = []
    for root in roots:
        out = (root - middle) / np.linalg.norm(root - middle)
        heading = out + np.array([0.0, 0.25, -0.35]) + random.normal(0, 0.12, 3)
        heading /= np.linalg.norm(heading)
        length = (3.6 + 1.6 * random.uniform()) * np.interp(root[1], (2.0, 10.0), (0.75, 1.1))
        s = np.linspace(-0.15, 1, 5)[:, None]
        path = root + length * s * heading + 0.7 * s**2 * np.array([0.0, 0.2, -0.6])
        radius = np.array([1.55, 1.65, 1.3, 0.75, 0.0])
        meshes.append(tube(path, radius, sides=5, kind=SOLID + float(random.uniform()), flatten=0.7))
    return meshes


def crest(roots: Reals, middle: Reals, random: Any) -> list[WornMesh]:
    """Tall flat spikes at roots (N, 3) in a row over the head: a mohawk."""
    meshes = []
    for k, root in enumerate(roots):
        out = (root - middle) / np.linalg.norm(root - middle)
        length = np.interp(k, (0, 3, 6, len(roots) - 1), (4.2, 6.4, 6.0, 3.2)) * (
            0.92 + 0.16 * random.uniform()
        )
        s = np.linspace(-0.1, 1, 6)[:, None]
        back = np.cross(np.array([1.0, 0.0, 0.0]), out)
        path = root + length * s * out - 0.9 * s**2 * back
        radius = np.array([1.5, 1.6, 1.5, 1.15, 0.6, 0.0])
        mesh = tube(path, radius, sides=6, kind=SOLID + float(random.uniform()))
        squeezed = mesh.position.copy()
        squeezed[:, 0] *= 0.55
        meshes.append(
            WornMesh(squeezed, mesh.normal, mesh.tangent, mesh.uv, mesh.kind, mesh.sky, mesh.triangles)
        )
    return meshes


def puffs(roots: Reals, middle: Reals, size: float, random: Any) -> list[WornMesh]:
    """A round tuft at each root (3,): curly hair and afros."""
    meshes = []
    for root in roots:
        out = (root - middle) / np.linalg.norm(root - middle)
        radius = size * (1.25 + 0.35 * random.uniform())
        s = np.linspace(-1, 1, 6)[:, None]
        path = root + out * (radius * (0.45 + 0.95 * s + 0.5 * (size - 1.0)))
        meshes.append(
            tube(
                path,
                radius * np.sqrt(1.0 - 0.98 * s[:, 0] ** 2),
                sides=7,
                kind=SOLID + float(random.uniform()),
            )
        )
    return meshes


def tail(space: HeadSpace, style: AnimeHairStyle, random: Any) -> list[WornMesh]:
    """Ponytail, bun or braids behind the tie."""
    if style.tail == "braids":
        return [
            mesh
            for way in (1.0, -1.0)
            for mesh in _braid(space, np.array(style.tie) * (way, 1.0, 1.0), random)
        ]
    tie = np.array(style.tie)
    if style.tail == "bun":
        return bun(tie, random)
    meshes = []
    for k in range(7):
        angle = 2 * np.pi * k / 6
        side = np.array([np.cos(angle), np.sin(angle), 0.0]) * (k < 6)
        heading, point = np.array([0.0, 0.55, -1.0]) + 0.55 * side, tie + 0.5 * side
        path = [point]
        for i in range(11):
            heading = heading / np.linalg.norm(heading) + np.array([0.0, -0.24 - 0.01 * i, 0.0])
            point = point + 1.5 * heading / np.linalg.norm(heading)
            distance, outward = space.distance(point[None].astype(np.float32))
            point = point + outward[0] * max(1.3 - float(distance[0]), 0.0)
            path.append(point)
        thick = 1.45 * np.interp(np.linspace(0, 1, 12), (0, 0.25, 0.6, 1), (0.4, 1.0, 0.85, 0.0))
        meshes.append(tube(np.array(path), thick, sides=6, kind=SOLID + float(random.uniform())))
    ring = np.linspace(0, 2 * np.pi, 13)[:-1, None]
    band = tie + 0.95 * (np.cos(ring) * np.array([1.0, 0.0, 0.0]) + np.sin(ring) * np.array([0.0, 0.95, 0.3]))
    meshes.append(tube(band, np.full(12, 0.34), sides=5, kind=4.0, closed=True))
    return meshes


def _braid(space: HeadSpace, tie: Reals, random: Any) -> list[WornMesh]:
    """A braid as a row of tufts, each nested in the end of the one above."""
    heading, point = np.array([0.35 * np.sign(tie[0]), -0.8, 0.45]), tie
    path = [point]
    for _ in range(9):
        heading = heading / np.linalg.norm(heading) + np.array([0.0, -0.45, 0.06])
        point = point + 1.7 * heading / np.linalg.norm(heading)
        distance, outward = space.distance(point[None].astype(np.float32))
        point = point + outward[0] * max(1.7 - float(distance[0]), 0.0)
        path.append(point)
    meshes = []
    for k, (start, end) in enumerate(pairwise(path)):
        last = k == len(path) - 2
        line = start + np.linspace(-0.2, 1.9 if last else 1.25, 6)[:, None] * (end - start)
        size = 1.25 * np.interp(k, (0, 1, 8), (0.8, 1.0, 0.72))
        shape = (0.5, 0.7, 0.85, 0.8, 0.5, 0.0) if last else (0.35, 0.8, 1.0, 0.95, 0.6, 0.0)
        meshes.append(tube(line, size * np.array(shape), sides=6, kind=SOLID + float(random.uniform())))
    ring = np.linspace(0, 2 * np.pi, 11)[:-1, None]
    band = path[-2] + 0.75 * (
        np.cos(ring) * np.array([1.0, 0.0, 0.0]) + np.sin(ring) * np.array([0.0, 0.2, 1.0])
    )
    meshes.append(tube(band, np.full(10, 0.28), sides=5, kind=4.0, closed=True))
    return meshes
