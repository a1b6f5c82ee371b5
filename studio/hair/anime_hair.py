"""Anime hair: a few large locks side by side, as anime heads are drawn.

mesh = anime_hair(space, look)          # a WornMesh, or None where hair is only painted on the skin
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from studio.arrays import Reals
from studio.hair.anime_locks import Sheaf, crest, puffs, sheaf_mesh, spikes, tail
from studio.hair.anime_styles import ANIME_HAIR_STYLES, AnimeHairStyle
from studio.head.head_space import HeadSpace
from studio.look import Look
from studio.seeds import random_of
from studio.worn.mesh import WornMesh, joined

_DOWN: Final = np.array([0.0, -1.0, 0.0])
#: Centre of the skull, head space: origin of the directions below.
_SKULL: Final = np.array([0.0, 6.0, -1.0])
_STEP: Final = 0.7
#: Heights at which hanging locks end: beside the face, over the ears, behind.
_ENDS: Final[Mapping[str, tuple[float, float, float]]] = {
    "crop": (3.4, 3.6, -1.5), "pixie": (0.5, -0.5, -4.2), "side_part": (2.6, 3.0, -2.4), "bob": (-6.2, -6.0, -5.6),
    "fringe": (-8.5, -8.0, -7.5), "long": (-17.5, -20.0, -21.0), "wavy": (-15.5, -17.5, -19.0),
}  # fmt: skip
#: Styles without a fringe.
_BARE: Final = ("slick", "undercut", "mohawk", "afro", "buzz", "bald")


def anime_hair(space: HeadSpace, look: Look) -> WornMesh | None:
    """Build the look's anime hair for the mean head; None for bald and buzz, which are painted on the skin."""
    style, name = ANIME_HAIR_STYLES[look.hair], look.hair
    if name in ("bald", "buzz"):
        return None
    random = random_of("drawn_hair", look.seed)
    meshes: list[WornMesh] = []
    if name not in _BARE:
        meshes += _fringe(space, style, random)
    if name in _ENDS:
        meshes += _hanging(space, style, _ENDS[name], random)
    elif style.tail != "none":
        meshes += _tied(space, style, random)
    elif name == "slick":
        around = np.linspace(-1.75, 1.75, 14)
        meshes.append(_drawn_back(space, np.array([0.0, -3.5, -9.5]), around, random, pointed=True))
    elif name == "undercut":
        meshes += _swept(space, np.array([-1.0, 0.3, 0.25]), ends=5.5, random=random)
    elif name == "mohawk":
        meshes += crest(on_head(space, _arc(np.linspace(0.62, 3.5, 11), 0.0), 0.0), _SKULL, random)
    elif name == "spiky":
        roots = _spread(space, 46)
        meshes += spikes(roots, _SKULL, random)
    else:
        meshes += puffs(_spread(space, 64), _SKULL, 1.0 if name == "curly" else 1.5, random)
    return joined(meshes)


def on_head(space: HeadSpace, directions: Reals, clear: float) -> Reals:
    """Positions (N, 3) at distance `clear` from the skin, in directions (N, 3) from the skull's centre."""
    directions = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    radius = np.full(len(directions), 9.0)
    for _ in range(8):
        distance, _ = space.distance((_SKULL + directions * radius[:, None]).astype(np.float32))
        radius += 0.8 * (clear - distance)
    return np.asarray(_SKULL + directions * radius[:, None])


def _arc(angle: Reals, aside: float) -> Reals:
    """Directions (N, 3) over the head: angle 0 in front, pi / 2 above, pi behind."""
    return np.stack([np.full(len(angle), aside), np.sin(angle), np.cos(angle)], 1)


def _spread(space: HeadSpace, count: int) -> Reals:
    """Positions (N, 3) spread evenly over the scalp, on a Fibonacci lattice."""
    k = np.arange(2 * count) + 0.5
    y = 1 - k / count
    angle, across = k * np.pi * (3 - np.sqrt(5)), np.sqrt(1 - y**2)
    places = on_head(space, np.stack([across * np.sin(angle), y, across * np.cos(angle)], 1), 0.0)
    around = np.abs(np.arctan2(places[:, 0], places[:, 2] + 1.0))
    hairline = np.interp(around, (0.0, 0.6, 1.0, 1.5, 1.8, 2.4, 3.2), (11.0, 10.4, 6.5, 5.0, 4.0, -0.5, -2.5))
    return np.asarray(places[places[:, 1] > hairline])


def _combed(
    space: HeadSpace, roots: Reals, heading: Reals, ends: Reals, clear: Reals, *, gravity: float, steps: int
) -> Reals:
    """Paths (L, steps + 1, 3) over the head from roots (L, 3), hanging down to heights `ends` (L,)."""
    point, path = roots, [roots]
    away = np.where(heading[:, 0] >= 0, 1.0, -1.0)
    for k in range(60):
        heading = heading / np.maximum(np.linalg.norm(heading, axis=1, keepdims=True), 1e-6)
        moved = point + _STEP * heading
        distance, outward = space.distance(moved.astype(np.float32))
        # flat over the ears and beside the neck
        low = (moved[:, 1] < 6.0) & (np.abs(moved[:, 2] + 0.5) < 5.0) & (moved[:, 1] > -9.0)
        wanted = np.where(low, 0.4 * clear, clear * min(1.0, 0.7 + 0.1 * k))
        short = np.maximum(wanted - distance, 0.0)
        # pulled onto the skull above the ears
        short = short - 0.7 * np.maximum(distance - wanted, 0.0) * np.clip((moved[:, 1] - 2.0) / 3.0, 0, 1)
        moved = moved + outward * short[:, None]
        moved[:, 0] += 0.5 * away * _offset_from_face(moved)
        # limit how far the ears push locks outwards
        widest = np.interp(moved[:, 1], (-20.0, -10.0, 6.0), (13.0, 8.8, 9.3))
        moved[:, 0] = np.clip(moved[:, 0], -widest, widest)
        heading = moved - point
        heading /= np.maximum(np.linalg.norm(heading, axis=1, keepdims=True), 1e-6)
        hanging = 0.5 * np.clip((4.0 - moved[:, 1]) / 3.0, 0, 1)
        heading = heading + (gravity + hanging)[:, None] * _DOWN
        point = moved
        path.append(point)
    return _cut(_smooth(np.stack(path, 1)), ends, steps)


def _smooth(paths: Reals, times: int = 14) -> Reals:
    """Paths (L, K, 3) smoothed with a binomial filter; the ends stay."""
    paths = paths.copy()
    for _ in range(times):
        paths[:, 1:-1] = 0.25 * paths[:, :-2] + 0.5 * paths[:, 1:-1] + 0.25 * paths[:, 2:]
    return paths


def _cut(paths: Reals, ends: Reals, steps: int) -> Reals:
    """Paths (L, K, 3) cut where they fall below heights `ends` (L,), resampled in equal steps to (L, steps + 1, 3)."""
    out = np.zeros((len(paths), steps + 1, 3))
    for row, (path, end) in enumerate(zip(paths, ends, strict=True)):
        below = np.flatnonzero(path[:, 1] < end)
        kept = path[: max(int(below[0]) + 1, 5)] if len(below) else path
        length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(kept, axis=0), axis=1))])
        at = np.linspace(0.0, length[-1], steps + 1)
        out[row] = np.stack([np.interp(at, length, kept[:, axis]) for axis in range(3)], 1)
    return out


def _offset_from_face(points: Reals) -> Reals:
    """Sideways distance (N,) that moves points (N, 3) out of the face's outline."""
    half = np.interp(points[:, 1], (-9.0, -5.0, 2.0, 8.0, 11.0), (5.0, 5.6, 6.6, 6.2, 0.0))
    front = np.clip((points[:, 2] - 2.0) / 3.0, 0, 1)
    return np.asarray(front * np.maximum(half - np.abs(points[:, 0]), 0.0))


def _hanging(
    space: HeadSpace, style: AnimeHairStyle, ends: tuple[float, float, float], random: Any
) -> list[WornMesh]:
    """Locks from the parting down around the head, and a darker layer under them."""
    front, side, back = ends
    long = back < -10
    count, steps = (9 if long else 10), (17 if long else 10)
    meshes = []
    for layer, (clear, shift, sky) in enumerate(((1.25, 0.0, 1.0), (0.55, 0.5, 0.30))):
        for way in (-1.0, 1.0):
            k = np.arange(count) + shift
            if layer:  # the lower layer only behind the ears
                k = k[1 if long else 2 :]
            around = 0.78 + (np.pi - 0.78) * k / (count - 0.5)
            roots = on_head(
                space, _arc(np.interp(k, (0, count), (0.98, 2.5)), 0.08 * style.part), 0.6 * clear
            ) - np.array([0.5 * way, 0.0, 0.0])
            heading = np.stack([way * np.sin(around), np.full(len(k), 0.15), np.cos(around)], 1)
            low = np.interp(around, (0.8, 1.6, 2.6), (front, side, back))
            low = low + random.uniform(-0.9, 0.9, len(k)) * (1.0 if back < 0 else 0.6) + 0.9 * layer
            paths = _combed(space, roots, heading, low, np.full(len(k), clear), gravity=0.20, steps=steps)
            if style.curl[0] > 0:
                paths = _waved(paths, style)
            paths = paths[:, 3 * layer :]
            sheaf = Sheaf(
                paths, sky=sky, widest=4.2, narrowest=2.8 if long else 2.0, bulge=0.30 - 0.1 * layer,
                tip=0.30 if long else 0.45,
            )  # fmt: skip
            meshes.append(sheaf_mesh(space, sheaf, random))
    return meshes


def _waved(paths: Reals, style: AnimeHairStyle) -> Reals:
    """Paths (L, S, 3) with one common wave, so that neighbouring locks stay side by side."""
    v = np.linspace(0, 1, paths.shape[1])[None, :, None]
    along = np.gradient(paths, axis=1)
    across = np.cross(along, paths - _SKULL)
    across /= np.maximum(np.linalg.norm(across, axis=2, keepdims=True), 1e-6)
    return np.asarray(
        paths + 1.4 * style.curl[0] * v * np.sin(2 * np.pi * (style.curl[1] * 0.8 * v + 0.1)) * across
    )


def _fringe(space: HeadSpace, style: AnimeHairStyle, random: Any) -> list[WornMesh]:
    """Pointed locks over the forehead, and one on each side of the face."""
    swept = float(np.clip(0.35 * style.part + random.normal(0, 0.25), -0.9, 0.9))
    count = int(random.integers(6, 9))
    x = np.linspace(-1.0, 1.0, count)
    roots = on_head(space, np.stack([0.30 * x, np.full(count, 1.0), 0.72 - 0.1 * x**2], 1), 0.3)
    heading = np.stack([0.75 * x - 0.35 * swept, np.zeros(count), np.ones(count)], 1)
    low = 5.7 - 0.8 * np.abs(x) ** 2 + random.uniform(-0.6, 0.6, count)
    clear = 0.95 + 0.25 * random.uniform(size=count)
    paths = _fringe_paths(space, roots, heading, low, clear, swept)
    meshes = [sheaf_mesh(space, Sheaf(paths, widest=3.6, bulge=0.25, overlap=1.25), random)]
    for way in (-1.0, 1.0):
        roots = on_head(space, np.array([[way * 0.48, 0.92, 0.62], [way * 0.62, 0.80, 0.55]]), 0.3)
        low = np.array([1.2, -2.6]) + random.uniform(-1.0, 1.0, 2)
        heading = np.array([[way * 0.9, 0.0, 0.55], [way * 1.0, 0.0, 0.35]])
        paths = _combed(space, roots, heading, low, np.full(2, 1.1), gravity=0.30, steps=8)
        meshes.append(sheaf_mesh(space, Sheaf(paths, widest=2.4, bulge=0.3, overlap=1.5), random))
    return meshes


def _fringe_paths(
    space: HeadSpace, roots: Reals, heading: Reals, ends: Reals, clear: Reals, swept: float
) -> Reals:
    """Paths (L, 9, 3) of a fringe: forward, then down the forehead."""
    point, path = roots, [roots]
    for k in range(40):
        heading = heading / np.linalg.norm(heading, axis=1, keepdims=True)
        moved = point + 0.5 * heading
        distance, outward = space.distance(moved.astype(np.float32))
        wanted = clear * min(1.0, (k + 1.0) / 4.0)
        moved = (
            moved
            + outward
            * (np.maximum(wanted - distance, 0.0) - 0.3 * np.maximum(distance - wanted, 0.0))[:, None]
        )
        heading = moved - point
        heading /= np.linalg.norm(heading, axis=1, keepdims=True)
        heading = heading + np.array([-0.05 * swept, -0.22, 0.0])
        point = moved
        path.append(point)
    return _cut(np.stack(path, 1), ends, 8)


def _swept(space: HeadSpace, way: Reals, *, ends: float, random: Any) -> list[WornMesh]:
    """Hair combed over the top of the head in one direction, in two layers."""
    way = way / np.linalg.norm(way)
    side = np.cross(way, (0.0, 1.0, 0.0))
    side /= np.linalg.norm(side)
    meshes = []
    for layer, sky in ((0, 1.0), (1, 0.3)):
        count = 9 - layer
        x = np.linspace(-0.92, 0.92, count)
        start = -np.array([way[0] * 0.75, 0.0, way[2] * 0.75])
        directions = start + np.array([0.0, 0.72, 0.0]) + 1.25 * x[:, None] * side
        roots = on_head(space, directions, 0.1)
        heading = np.tile(way + np.array([0.0, 0.7, 0.0]), (count, 1))
        low = ends + 1.5 * np.abs(x) + random.uniform(-0.6, 0.6, count)
        clear = np.full(count, 1.25 - 0.7 * layer)
        paths = _combed_over(space, roots, heading, low, clear)
        meshes.append(sheaf_mesh(space, Sheaf(paths, sky=sky, widest=3.4, bulge=0.3), random))
    return meshes


def _combed_over(space: HeadSpace, roots: Reals, heading: Reals, ends: Reals, clear: Reals) -> Reals:
    """As `_combed`, but paths are cut at a height only after their highest point."""
    paths = _combed(space, roots, heading, np.full(len(roots), -99.0), clear, gravity=0.14, steps=60)
    top = paths[:, :, 1].argmax(1)
    out = np.zeros((len(roots), 11, 3))
    for row, (path, first) in enumerate(zip(paths, top, strict=True)):
        below = np.flatnonzero((path[:, 1] < ends[row]) & (np.arange(len(path)) > first))
        kept = path[: int(below[0]) + 1] if len(below) else path
        out[row] = kept[np.linspace(0, len(kept) - 1, 11).round().astype(int)]
    return out


def _tied(space: HeadSpace, style: AnimeHairStyle, random: Any) -> list[WornMesh]:
    """Hair combed back from the hairline to the tie, and the tail behind it."""
    meshes = tail(space, style, random)
    ties = [np.array(style.tie)]
    if style.tail == "braids":
        ties = [np.array(style.tie) * (way, 1.0, 1.0) for way in (1.0, -1.0)]
    for which, tie in enumerate(ties):
        around = np.linspace(-np.pi, np.pi, 15)[:-1] + np.pi / 14
        if len(ties) > 1:
            around = np.linspace(0.0, np.pi, 9) * (1.0 if which == 0 else -1.0)
        meshes.append(_drawn_back(space, tie, around, random, pointed=False))
    return meshes


def _drawn_back(space: HeadSpace, tie: Reals, around: Reals, random: Any, *, pointed: bool) -> WornMesh:
    """Locks from the hairline at angles (L,) around the head to one position behind it."""
    height = np.interp(
        np.abs(around), (0.0, 0.55, 0.9, 1.25, 1.9, 2.5, 3.15), (10.4, 9.6, 6.0, 5.0, 2.5, -2.5, -3.5)
    )
    directions = np.stack([10 * np.sin(around), height - _SKULL[1], 10 * np.cos(around)], 1)
    roots = on_head(space, directions, 0.15)
    s = np.linspace(0, 1, 11)[None, :, None]
    paths = roots[:, None] * (1 - s) + tie * s
    paths[..., 1] += 2.0 * np.sin(np.pi * s[..., 0]) * np.clip(np.cos(around), 0, 1)[:, None]
    # push paths out of the head, so that they go over its top
    clear = np.broadcast_to(0.25 + 0.85 * np.sin(np.pi * s[..., 0]) ** 0.7, paths.shape[:2]).ravel()
    flat: Reals = np.asarray(paths.reshape(-1, 3), np.float32)
    for _ in range(6):
        distance, outward = space.distance(flat.astype(np.float32))
        flat = flat + outward * np.maximum(clear - distance, 0.0)[:, None]
    combed = _smooth(flat.reshape(paths.shape), 2)
    closed = bool(np.ptp(around) > 1.8 * np.pi)
    return sheaf_mesh(space, Sheaf(combed, widest=7.0, bulge=0.10, pointed=pointed, closed=closed), random)
