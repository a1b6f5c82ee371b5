"""The hair cap: a surface over the scalp below every cut, shells of fuzz above it, and the crest of a mohawk.

parts = cap_meshes(space, cut, random)
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from studio.arrays import Floats, Reals
from studio.hair.flow import flow_of
from studio.hair.hair_surfaces import FRIZZ, HAIR, HairParts, sheet_mesh, sheet_normals, unit
from studio.hair.haircuts import Haircut
from studio.hair.scalp import Scalp, scalp_of
from studio.head.head_space import HeadSpace
from studio.noise import value_noise
from studio.skin.regions import CROWN_AXIS

_MIDDLE: Final = np.array([0.0, 5.0, -1.5])


def cap_meshes(space: HeadSpace, cut: Haircut, random: Any) -> HairParts:
    """Shells of fuzz, outermost first, as one-sided parts, and the cap as an occluder."""
    scalp = scalp_of(space)
    dense = _density(scalp, cut, random)
    high = cap_height(cut, scalp.place)
    inside = _inside_hairline(scalp)
    if cut.lumps > 0:
        shift = random.uniform(0, 30, 3)
        bumps = value_noise(scalp.place.reshape(-1, 3) / 2.3 + shift, 60).reshape(dense.shape)
        high = high + cut.lumps * 2 * (bumps - 0.5) * np.clip(inside / 2.0, 0, 1)
        # the first and last columns of the grid coincide
        high[-1] = high[0]
    top = float(np.clip(max(cut.cap), 1.0, 3.0))
    place = (
        scalp.place + scalp.normal * (high * np.clip(inside / (1.2 + top), 0.0, 1.0) ** 0.6 + 0.03)[..., None]
    )
    flow = flow_of(cut, scalp.place.reshape(-1, 3)).reshape(place.shape)
    normal = sheet_normals(place, _MIDDLE)
    flow = flow - normal * (flow * normal).sum(2, keepdims=True)
    across = _across(cut, place) + _stray_noise(place, cut)
    uv = (across, _along(cut, scalp))
    kind = FRIZZ if cut.frizz else HAIR
    # ambient occlusion: darker towards the hairline and in the hollows between lumps
    sky = (0.84 if cut.cards else 0.9) - 0.2 * np.clip(1 - inside / 1.5, 0, 1)
    if cut.lumps > 0:
        sky = sky + 0.5 * (bumps - 0.6)
    shells = []
    for above, share in reversed(cut.fuzz):
        shell = place + normal * (above * np.clip(inside / 1.0, 0.15, 1.0))[..., None]
        shells.append(
            sheet_mesh(
                shell,
                normal,
                along=flow,
                uv=(across + 3.7 * above, uv[1]),
                dense=dense * share,
                sky=sky + 0.1,
                kind=kind,
            )
        )
    if cut.strands or cut.curl[0] > 0:
        # cards cover it, so half the columns are enough
        step = slice(None, None, 2)
        place, normal, flow, uv, dense, sky = (
            place[step], normal[step], flow[step], (across[step], uv[1][step]), dense[step], sky[step] - 0.12,
        )  # fmt: skip
    cap = sheet_mesh(place, normal, along=flow, uv=uv, dense=dense, sky=sky, kind=kind)
    return HairParts(one_sided=shells, occluders=[cap])


def cap_height(cut: Haircut, place: Reals) -> Reals:
    """Height (...,) of the cap above scalp positions (..., 3), head-model units, before it thins at the hairline."""
    angle = np.abs(np.arctan2(place[..., 0] - CROWN_AXIS[0], place[..., 2] - CROWN_AXIS[1]))
    front, top, side, back = cut.cap
    around = np.interp(angle, (0.5, 1.2, 1.9, 2.7), (front, side, side, back))
    high = np.clip((place[..., 1] - 7.5) / 4.5, 0, 1)
    return np.asarray(around * (1 - high) + top * high)


def crest_meshes(cut: Haircut, scalp: Scalp, random: Any) -> HairParts:
    """The crest of a mohawk: a ridge along the middle, from the forehead over the crown to the nape."""
    if cut.crest == 0:
        return HairParts()
    front, back = len(scalp.angle) // 2, 0
    line = np.concatenate([scalp.place[front, :0:-1], scalp.place[back, :-1]])
    out = np.concatenate([scalp.normal[front, :0:-1], scalp.normal[back, :-1]])
    v = np.linspace(0, 1, len(line))
    out = unit(out + np.array([0.0, 0.5, 0.0]))
    height = cut.crest * np.interp(v, (0, 0.12, 0.5, 0.85, 1), (0.55, 0.95, 1.0, 0.75, 0.4))
    height *= 1 + 0.12 * random.normal(size=len(line))
    # cross-section from one side to the other: (offset sideways, share of the height)
    profile = np.array(
        [(-1.35, -0.1), (-1.1, 0.35), (-0.62, 0.8), (0.0, 1.0), (0.62, 0.8), (1.1, 0.35), (1.35, -0.1)]
    )
    place = line[:, None] + out[:, None] * (height[:, None] * profile[:, 1])[..., None]
    place[..., 0] += profile[:, 0]
    normal = unit(place - (line - 2.0 * out)[:, None])
    normal = unit(normal + np.sign(profile[:, :1]) * np.array([0.8, 0.0, 0.0]))
    dense = np.array([0.9, 1.0, 1.0, 0.75, 1.0, 1.0, 0.9]) * np.where((v > 0) & (v < 1), 1.0, 0.3)[:, None]
    up = np.broadcast_to(out[:, None], place.shape)
    run = np.cumsum(np.linalg.norm(np.gradient(line, axis=0), axis=1))[:, None]
    sky = np.clip(0.55 + 0.45 * profile[:, 1], 0, 1)
    crest = sheet_mesh(place, normal, along=up, uv=(run, np.clip(profile[:, 1], 0, 1)), dense=dense, sky=sky)
    return HairParts(occluders=[crest])


def _inside_hairline(scalp: Scalp) -> Floats:
    """Distance (A, R) of the scalp's positions from the hairline, along the skin, head-model units."""
    steps = np.linalg.norm(np.diff(scalp.place, axis=1), axis=2)
    left = np.cumsum(steps[:, ::-1], axis=1)[:, ::-1]
    return np.concatenate([left, np.zeros((len(left), 1), np.float32)], 1)


def _density(scalp: Scalp, cut: Haircut, random: Any) -> Reals:
    """Hair density (A, R), 0 to 1: falls off towards the hairline, 0 where the sides are shaven."""
    inside = _inside_hairline(scalp)
    ragged = random.uniform(0.7, 1.5, (len(scalp.angle), 1))
    ragged[-1] = ragged[0]
    dense = np.clip(0.06 + inside * ragged / 1.8, 0, 1)
    if cut.trimmed > -50:
        dense = dense * np.clip((scalp.place[..., 1] - cut.trimmed) / 0.8 + 0.2, 0, 1)
    return np.asarray(dense)


def _stray_noise(place: Reals, cut: Haircut) -> Reals:
    """Noise (...,) added to the coordinate across the hairs, so that messy hair shows no parallel lines."""
    if cut.messy < 0.1 or not cut.cards:
        return np.zeros(place.shape[:-1])
    noise = value_noise(place.reshape(-1, 3) / 2.1, 61).reshape(place.shape[:-1])
    noise[-1] = noise[0]
    return np.asarray(7.0 * cut.messy * (noise - 0.5))


def _along(cut: Haircut, scalp: Scalp) -> Reals:
    """Texture coordinate (A, R) along the hairs, root to tip."""
    if cut.frizz:
        return np.asarray(
            0.1 * np.linalg.norm(np.diff(scalp.place, axis=1, prepend=scalp.place[:, :1]), axis=2).cumsum(1)
        )
    return np.broadcast_to(np.linspace(0.1, 0.6, scalp.place.shape[1]), scalp.place.shape[:2])


def _across(cut: Haircut, place: Reals) -> Reals:
    """Texture coordinate (...,) across the hairs, in about head-model units; left and right are mirrored."""
    x, y, z = np.abs(place[..., 0] - cut.part), place[..., 1], place[..., 2]
    if cut.flow == "part":
        return np.asarray(np.where(z > -3.0, z, -3.0 - 7.0 * np.arctan2(-3.0 - z, x + 1.0)))
    if cut.flow == "side":
        return np.asarray(z)
    if cut.flow in ("back", "forward"):
        return np.asarray(8.0 * np.arctan2(np.abs(place[..., 0]), y - 4.0))
    if cut.flow == "tie":
        axis = unit(np.array(cut.tie) * (0.0, 1.0, 1.0) - _MIDDLE)
        other = np.cross(axis, (1.0, 0.0, 0.0))
        away = place - _MIDDLE
        if cut.tail == "braids":
            return np.asarray(9.0 * np.arctan2(place[..., 2] - cut.tie[2], y - cut.tie[1]))
        return np.asarray(8.0 * np.arctan2(np.abs(place[..., 0]), (away * other).sum(-1)))
    return np.asarray(8.0 * np.abs(np.arctan2(place[..., 0] - CROWN_AXIS[0], z - CROWN_AXIS[1])))
