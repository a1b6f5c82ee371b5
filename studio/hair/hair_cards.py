"""Hair cards over the cap, and the fringe: short hair, and hair that is combed towards a tie.

A hair card is a narrow textured ribbon that stands for many hairs.

    parts = combed_meshes(space, cut, random)
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from studio.arrays import Reals
from studio.hair.cap import cap_height
from studio.hair.flow import flow_of, length_of, tie_of
from studio.hair.hair_surfaces import HairParts, card_mesh, sheet_mesh, sheet_normals, unit
from studio.hair.haircuts import Haircut
from studio.hair.scalp import scalp_of
from studio.head.head_space import HeadSpace
from studio.skin.regions import scalp_distance

_DOWN: Final = np.array([0.0, -1.0, 0.0])
_MIDDLE: Final = np.array([0.0, 5.0, -1.5])


def combed_meshes(space: HeadSpace, cut: Haircut, random: Any) -> HairParts:
    """Cards from roots all over the scalp, outermost first."""
    if cut.cards == 0:
        return HairParts()
    scalp = scalp_of(space)
    shown = np.ones(scalp.place.shape[:2], bool)
    if cut.crest > 0:
        shown = (np.abs(scalp.place[..., 0]) < 2.6) & (scalp.place[..., 1] > 2.0)
    elif cut.trimmed > -50:
        shown = scalp.place[..., 1] > cut.trimmed
    # no cards from the sideburns: these are narrower than a card
    shown &= (scalp.place[..., 2] < 1.0) | (scalp.place[..., 1] > 6.8)
    if cut.flow != "tie" and cut.curl[0] == 0:  # hair at the nape is shorter than a card
        shown &= scalp.place[..., 1] > 2.0
    roots, out = scalp.roots(cut.cards, random, shown=np.asarray(shown, np.float32))
    if cut.crest > 0:
        roots[:, 0] *= 0.45
    order = random.permutation(cut.cards)
    roots, out = roots[order], out[order]
    layer = np.linspace(1, 0, cut.cards)
    path, normal = _grow_paths(space, cut, roots, out, layer, random)
    tone = (0.74 + 0.26 * layer) * random.uniform(0.84, 1.06, cut.cards)
    v = np.linspace(0, 1, path.shape[1])
    tone = np.clip(tone[:, None] * np.interp(v, (0, 0.5), (0.88, 1.0)), 0, 1)
    share = np.broadcast_to(0.35 + 0.4 * v, path.shape[:2])
    cards = card_mesh(path, normal, width=cut.width, point=cut.point, tone=tone, random=random, share=share)
    is_two_sided = cut.flow == "up" or cut.curl[0] > 0
    return HairParts(two_sided=[cards]) if is_two_sided else HairParts(one_sided=[cards])


def fringe_meshes(space: HeadSpace, cut: Haircut, random: Any) -> HairParts:
    """Hair combed from the front of the scalp over the forehead: cards, and the sheet below them."""
    if cut.fringe <= 0:
        return HairParts()
    x = np.linspace(-5.3, 5.3, 15)
    place, out = _fringe_paths(space, cut, x, np.full(15, 0.25), cut.fringe * np.ones(15))
    normal = sheet_normals(place, _MIDDLE)
    v = np.linspace(0, 1, place.shape[1])
    run = np.broadcast_to(x[:, None], place.shape[:2])
    edge = np.clip((1 - np.abs(x) / 5.5) * 5, 0.2, 1)
    dense = np.interp(v, (0, 0.1, 0.72, 1), (0.3, 1, 1, 0.12)) * edge[:, None]
    sky = np.interp(v, (0, 0.3, 1), (0.8, 0.9, 0.75))[None, :]
    sheet = sheet_mesh(
        place, normal, along=np.gradient(place, axis=1), uv=(run, v[None, :]), dense=dense, sky=sky
    )
    count = 22
    x = np.linspace(-5.3, 5.3, count) + random.normal(0, 0.3, count)
    x = x[random.permutation(count)]
    length = cut.fringe * random.uniform(0.9, 1.1, count)
    path, out = _fringe_paths(space, cut, x, 0.35 + 0.25 * np.linspace(1, 0, count), length)
    tone = random.uniform(0.8, 1.0, count)
    cards = card_mesh(path, out, width=1.5, point=0.75, tone=tone, random=random)
    return HairParts(one_sided=[cards], occluders=[sheet])


def _fringe_paths(
    space: HeadSpace, cut: Haircut, x: Reals, clear: Reals, length: Reals
) -> tuple[Reals, Reals]:
    """Paths (L, S, 3) from behind the hairline at x (L,) down the forehead, and outward unit normals along them."""
    steps = 7
    start = np.stack([0.82 * x, 13.2 - 0.055 * x**2, np.full(len(x), 5.2) - 0.06 * x**2], 1)
    distance, outward = space.distance(start.astype(np.float32))
    point = start - outward * (distance - 0.35)[:, None]
    heading = unit(np.stack([0.10 * x - 0.28 * cut.part, np.full(len(x), 0.15), np.ones(len(x))], 1))
    path, out = [point], [outward]
    for k in range(steps):
        moved = point + heading * ((length + 0.10 * np.abs(x)) / steps)[:, None]
        distance, outward = space.distance(moved.astype(np.float32))
        wanted = clear + 0.45 * np.sin(np.pi * (k + 1) / steps)
        moved = moved + outward * np.maximum(wanted - distance, 0.0)[:, None]
        heading = unit(unit(moved - point) + 0.5 * _DOWN)
        point = moved
        path.append(point)
        out.append(outward)
    return np.stack(path, 1), np.stack(out, 1)


def _grow_paths(
    space: HeadSpace, cut: Haircut, roots: Reals, out: Reals, layer: Reals, random: Any
) -> tuple[Reals, Reals]:
    """Grow paths (L, S, 3) from roots (L, 3), kept outside the cap, with outward unit normals (L, S, 3) along them."""
    count = len(roots)
    length = length_of(cut, roots) * random.uniform(0.8, 1.1, count)
    inside = scalp_distance(roots.astype(np.float32))
    heading = flow_of(cut, roots) + random.normal(0, cut.messy, (count, 3))
    if cut.flow != "up":
        heading = heading - out * (heading * out).sum(1, keepdims=True)
    heading = unit(heading) * (1 - cut.lift) + out * cut.lift
    over = cut.over[0] + (cut.over[1] - cut.over[0]) * layer
    # roots start on the cap, which is thin near the hairline
    inner = np.clip(inside / 2.2, 0, 1) ** 0.6
    high = cap_height(cut, roots) * inner
    point = roots + out * (high + 0.4 * over * inner)[:, None]
    tie = tie_of(cut, roots) if cut.flow == "tie" else None
    if tie is not None:
        length = np.linalg.norm(tie - roots, axis=1) * 1.2 + 0.3
    path, ways = [point], [out]
    for k in range(cut.segments):
        step = (length / cut.segments)[:, None]
        if tie is not None:
            left = tie - point
            reach = np.linalg.norm(left, axis=1, keepdims=True)
            heading = unit(0.35 * unit(heading) + left / np.maximum(reach, 1e-6))
            step = np.minimum(step, reach)
        moved = point + unit(heading) * step
        distance, outward = space.distance(moved.astype(np.float32))
        # follow the cap's height at each step; hair from its thick parts stays a little higher
        there = np.clip(scalp_distance(moved.astype(np.float32)) / 2.2, 0, 1) ** 0.6
        wanted = cap_height(cut, moved) * np.maximum(there, 0.35 * inner) + over
        short = np.maximum(wanted - distance, 0.0) - cut.hug * np.maximum(distance - wanted, 0.0)
        if tie is not None:
            short = (wanted - distance) * np.clip(np.linalg.norm(tie - moved, axis=1) / 3.0, 0, 1)
        moved = moved + outward * short[:, None]
        heading = unit(moved - point) + cut.gravity * min(2.0, 0.4 + 0.4 * k) * _DOWN
        point = moved
        path.append(point)
        ways.append(outward)
    paths, outs = np.stack(path, 1), np.stack(ways, 1)
    if cut.curl[0] > 0:
        paths = paths + _coil_offsets(paths, outs, cut, random)
    return paths, outs


def _coil_offsets(paths: Reals, outs: Reals, cut: Haircut, random: Any) -> Reals:
    """Offsets (L, S, 3) that turn straight paths into coils."""
    count, steps, _ = paths.shape
    across = unit(np.cross(np.gradient(paths, axis=1), outs))
    radius, turns = cut.curl
    v = np.linspace(0, 1, steps)[None, :, None]
    own, start = random.uniform(size=(2, count, 1, 1))
    angle = 2 * np.pi * (turns * v * (0.85 + 0.3 * own) + start)
    return np.asarray(
        radius * np.minimum(1.0, 2.5 * v) * (across * np.cos(angle) + outs * (0.5 + 0.6 * np.sin(angle)))
    )
