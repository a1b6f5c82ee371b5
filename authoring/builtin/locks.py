"""Locks of hair on a shell around the skull, and the dark cap under them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from authoring.builtin.surface import HAIR, Surface, grid_surface, tube
from face.easing import ease_in_out

Floats = NDArray[np.float32]
Angles = NDArray[np.float64]

STEPS: Final = 26  # points along a lock


@dataclass(frozen=True, slots=True)
class Shell:
    """The ellipsoid on which hair lies, model units.

    Attributes:
        middle: its centre.
        half: half width, height and depth.
        part: x and z of the parting.
        swell: how far the hair stands away beside the cheeks.
    """

    middle: tuple[float, float, float] = (0.0, 4.6, 0.2)
    half: tuple[float, float, float] = (9.0, 11.7, 9.9)
    part: tuple[float, float] = (3.2, 2.8)
    swell: float = 0.9


def on_ellipsoid(shell: Shell, turn: Angles, fall: Angles, lift: Angles) -> tuple[Angles, Angles]:
    """Points (..., 3) on the ellipsoid and their outward directions (..., 3).

    Args:
        turn: angle around the head, radians: 0 subject's left, pi/2 front.
        fall: 0 at the parting, 1 at the widest circumference, above 1 straight down.
        lift: distance outwards, model units.
    """
    bent = np.minimum(fall, 1.0) * (np.pi / 2)
    below = np.maximum(fall - 1.0, 0.0)
    radial = np.sin(bent) ** 0.88 - 0.35 * below**2
    height = np.cos(bent) - below * (np.pi / 2)
    outward = np.stack([radial * np.cos(turn), np.maximum(height, -0.2), radial * np.sin(turn)], -1)
    outward /= np.linalg.norm(outward, axis=-1, keepdims=True)
    near = np.maximum(1 - fall, 0.0) ** 1.5
    x = shell.half[0] * radial * np.cos(turn) + shell.part[0] * near
    y = shell.half[1] * height + shell.middle[1]
    z = shell.half[2] * radial * np.sin(turn) + shell.middle[2] + shell.part[1] * near
    swell = shell.swell * np.exp(-(((fall - 1.12) / 0.30) ** 2))  # fullest beside the cheeks
    points = np.stack([x, y, z], -1) + outward * (lift + swell)[..., None]
    return points, outward


def cap(shell: Shell, hem: Callable[[float], float]) -> Surface:
    """Build a dark cap close to the scalp.

    Args:
        hem: the `fall` at which the hair ends, by the angle around the head, radians.
    """
    turn = np.linspace(-np.pi, np.pi, 121)
    share = np.linspace(0.0, 1.0, 40)
    ends = np.array([hem(float(a)) for a in np.mod(turn + np.pi / 2, 2 * np.pi) - np.pi / 2]) - 0.10
    fall = share[:, None] * ends[None, :]
    points, outward = on_ellipsoid(shell, np.broadcast_to(turn, fall.shape), fall, np.full(fall.shape, -0.55))
    made = grid_surface(HAIR, points.astype(np.float32), outward=outward.astype(np.float32))
    count = len(made.vertices)
    across = np.stack([np.tile(turn * 2.0, len(share)), np.repeat(share, len(turn))], 1)
    return Surface(
        HAIR,
        made.vertices,
        made.normals,
        made.triangles,
        made.along,
        across.astype(np.float32),
        np.zeros(count, np.float32),
    )


def lock(
    shell: Shell,
    turn: tuple[float, float],
    fall: tuple[float, float],
    *,
    wide: float,
    lift: tuple[float, float],
    tone: float,
    bow: float = 0.0,
    wave: float = 0.0,
) -> Surface:
    """Build one lock; pairs are its values at root and tip.

    Args:
        turn: angle around the head, radians.
        fall: as for `on_ellipsoid`.
        wide: half width, model units.
        lift: distance outwards, model units.
        tone: 0 dark .. 1 light.
        bow: sideways bend, radians.
        wave: amplitude of its waves, radians.
    """
    t = np.linspace(0, 1, STEPS)
    angle = turn[0] + (turn[1] - turn[0]) * (0.4 * t + 0.6 * ease_in_out(t)) + bow * np.sin(np.pi * t)
    angle = angle + wave * np.sin(2.6 * np.pi * t) * t
    down = fall[0] + (fall[1] - fall[0]) * t
    raised = lift[0] + 0.35 * np.sin(np.pi * t) + (lift[1] - lift[0]) * t**3
    path, out = on_ellipsoid(shell, angle, down, raised)
    body = (1 - t**4.5) ** 0.9 * (0.62 + 0.38 * np.clip(t / 0.25, 0, 1))
    width = np.maximum(wide * body, 0.02)
    return tube(
        HAIR, path.astype(np.float32), out.astype(np.float32), width.astype(np.float32),
        (0.42 * width).astype(np.float32), turns=0.5, tone=tone,
    )  # fmt: skip
