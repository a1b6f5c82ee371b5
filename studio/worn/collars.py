"""Collars, hoods, lapels, drawstrings and buttons at a garment's neckline.

The functions take the neckline `line` (A, 3) in head space, and its angles (A,) around the neck, 0 in front.
"""

from __future__ import annotations

import numpy as np

from face.normals import vertex_normals
from studio.arrays import Reals
from studio.worn.mesh import BUTTON, CLOTH, RIBBED, TRIM, WornMesh, grids, joined, tube
from studio.worn.torso import MIDDLE, Torso

_UP = np.array([0.0, 1.0, 0.0])


def folded_collar(torso: Torso, line: Reals, angle: Reals) -> WornMesh:
    """A shirt's collar: a stand around the neck, and leaves that fold over it and end in points."""
    front = np.clip(np.cos(angle), 0, 1) ** 4
    # (distance outwards from the neckline, height above it, extra length downwards at the points)
    profile = (
        (-0.10, -0.9, 0.0), (-0.06, 0.5, 0.0), (0.02, 1.25, 0.0), (0.14, 1.52, 0.0), (0.36, 1.50, 0.1),
        (0.60, 1.00, 0.4), (0.95, 0.05, 1.2), (1.25, -0.95, 2.3),
    )  # fmt: skip
    halves = []
    for side in (-1.0, 1.0):
        own = np.flatnonzero((angle * side > 0.03) & (np.abs(angle) < np.pi + 0.1))
        own = own if side > 0 else own[::-1]  # ordered from front to back
        rows = []
        for out, up, point in profile:
            # the leaf's front edge slants outwards
            shift = 0.11 * point
            moved = np.abs(angle[own]) + shift * front[own]
            at = np.stack([np.interp(moved * side, angle, line[:, k]) for k in range(3)], 1)
            around = np.stack([np.sin(moved * side), np.zeros(len(own)), np.cos(moved)], 1)
            place = at + around * out + _UP * (up - point * front[own])[:, None]
            rows.append(torso.push_outside(place, 0.32) if up < 0.6 and out > 0 else place)
        halves.append(_sheet(np.stack(rows), CLOTH))
    return joined(halves)


def rolled_collar(line: Reals, angle: Reals) -> WornMesh:
    """A turtleneck's collar: knitted, folded over once."""
    radial = np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], 1)
    wave = 0.06 * np.sin(3.0 * angle) + 0.04 * np.sin(5.0 * angle + 1.0)
    profile = (
        (-0.15, 0.2), (-0.12, 1.5), (0.05, 1.86), (0.32, 1.95), (0.55, 1.75), (0.66, 1.2), (0.74, 0.4),
        (0.84, -0.5), (0.86, -0.95), (0.70, -1.15), (0.30, -1.1),
    )  # fmt: skip
    rows = [
        line + radial * (out + wave[:, None] * (out > 0)) + _UP * (up + wave[:, None]) for out, up in profile
    ]
    return _sheet(np.stack(rows), RIBBED, closed=True)


def hood(torso: Torso, line: Reals, angle: Reals) -> WornMesh:
    """A hood that lies on the shoulders: thick behind, its edges meet in front."""
    radial = np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], 1)
    back = ((1 - np.cos(angle)) / 2)[:, None] ** 0.9
    wave = (0.10 * np.sin(4.0 * angle + 0.6) + 0.07 * np.sin(7.0 * angle))[:, None]
    rows = []
    for out, up in (
        (-0.25, -0.9), (-0.15, 0.2), (0.05, 0.85), (0.40, 1.15), (0.85, 1.05), (1.30, 0.55), (1.65, -0.25),
        (1.75, -1.1), (1.45, -1.7),
    ):  # fmt: skip
        high = up * (0.75 + 0.95 * back) + wave * (out > 0)
        place = line + radial * (out * (0.62 + 1.55 * back)) + _UP * high
        rows.append(torso.push_outside(place, 0.2) if out > 1.2 else place)
    return _sheet(np.stack(rows), CLOTH, closed=True)


def drawstrings(torso: Torso) -> WornMesh:
    """The two drawstrings of a hood, on the chest."""
    strings = []
    for side in (-1.0, 1.0):
        share = np.linspace(0, 1, 9)
        path = np.stack([side * (1.0 + 0.5 * share), -13.4 - 8.0 * share, 6.0 + 0.0 * share], 1)
        strings.append(tube(torso.project(path, 0.32), np.full(9, 0.14), sides=5, kind=TRIM))
    return joined(strings)


def buttoned(torso: Torso) -> WornMesh:
    """The placket of a shirt, and its buttons."""
    rows = []
    for height in np.linspace(-14.6, -36.0, 14):
        path = np.array([(x, height, 8.0) for x in (-0.85, -0.8, -0.4, 0.4, 0.8, 0.85)])
        laid = torso.project(path, 0.0)
        out = laid - MIDDLE
        out /= np.linalg.norm(out, axis=1, keepdims=True)
        rows.append(laid + out * np.array([-0.05, 0.12, 0.16, 0.16, 0.12, -0.05])[:, None])
    meshes = [_sheet(np.stack(rows), CLOTH)]
    for height in (-16.4, -20.6, -24.8):
        centre = torso.project(np.array([(0.0, height, 8.0)]), 0.2)[0]
        path = centre + np.array([(0.0, 0.0, 0.0), (0.0, 0.01, 0.09)])
        button = tube(path, np.array([0.42, 0.36]), sides=10, kind=BUTTON)
        cap = tube(
            path[1:] + np.array([(0.0, 0.0, 0.0), (0.0, 0.0, 0.01)]),
            np.array([0.36, 0.0]),
            sides=10,
            kind=BUTTON,
        )
        cap.normal[:] = (0.0, 0.0, 1.0)
        meshes += [button, cap]
    return joined(meshes)


def lapels(torso: Torso, edge: Reals, angle: Reals) -> WornMesh:
    """A jacket's collar and lapels, folded outwards along its opening `edge` (A, 3), with a notch between them."""
    halves = []
    for side in (-1.0, 1.0):
        own = np.flatnonzero(angle * side > 0.02)
        own = own if side > 0 else own[::-1]
        at, turn = edge[own], np.abs(angle[own])
        around = np.stack([side * np.sin(turn), np.zeros(len(own)), np.cos(turn)], 1)
        # width along the opening: the lapel in front, the notch, the collar from there to behind the neck
        knots = (0.0, 0.30, 0.62, 0.84, 0.90, 0.97, 1.2, 1.9, np.pi)
        wide = np.interp(turn, knots, (0.6, 2.0, 3.6, 4.2, 2.5, 3.1, 3.0, 2.7, 2.6))
        outward = (
            around * 0.8 - _UP * np.interp(turn, (0.0, 0.6, 1.2, 3.2), (-0.35, -0.05, 0.45, 0.75))[:, None]
        )
        outward /= np.linalg.norm(outward, axis=1, keepdims=True)
        stand = np.interp(turn, (0.5, 1.0, 2.0), (0.0, 0.7, 1.3))[:, None] * _UP
        rows = [torso.push_outside(at, 0.45) - 0.25 * around, torso.push_outside(at, 0.75) + 0.8 * stand]
        rows.append(torso.push_outside(at, 0.95) + stand)
        for share, lift in ((0.12, 1.2), (0.5, 1.12), (0.97, 1.05), (1.0, 0.7)):
            place = at + outward * (wide * share)[:, None] + stand * (1 - share) * 0.9
            rows.append(torso.push_outside(place, lift))
        halves.append(_sheet(np.stack(rows), CLOTH))
    return joined(halves)


def _sheet(grid: Reals, kind: float, *, closed: bool = False) -> WornMesh:
    """A grid (R, C, 3) as a mesh; `closed`: its first and last columns coincide."""
    triangles = grids(1, *grid.shape[:2])
    flat = grid.reshape(-1, 3).astype(np.float32)
    normal = vertex_normals(flat, triangles).reshape(grid.shape)
    if closed:
        normal[:, 0] = normal[:, -1] = normal[:, 0] + normal[:, -1]
        normal /= np.maximum(np.linalg.norm(normal, axis=2, keepdims=True), 1e-6)
    # orient the normals: outwards on the later rows, the outer half
    outer = len(grid) // 2
    normal *= np.sign(((grid - MIDDLE) * normal)[outer:].sum()) or 1.0
    sky = np.broadcast_to(
        np.interp(np.arange(len(grid)), (0, 2, len(grid)), (0.4, 1.0, 1.0))[:, None], grid.shape[:2]
    )
    across = np.linalg.norm(np.diff(grid, axis=1, prepend=grid[:, :1]), axis=2).mean(0).cumsum()
    up = np.linalg.norm(np.diff(grid, axis=0, prepend=grid[:1]), axis=2).mean(1).cumsum()
    u, v = np.meshgrid(across, up)
    return WornMesh(
        position=flat,
        normal=normal.reshape(-1, 3),
        tangent=np.tile(-_UP, (len(flat), 1)),
        uv=np.stack([u.ravel(), v.ravel()], 1),
        kind=np.full(len(flat), kind, np.float32),
        sky=sky.ravel().copy(),
        triangles=triangles,
    )
