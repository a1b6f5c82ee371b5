"""Calibration: what each of our coefficients adds to LivePortrait's expression, measured on this portrait.

The head engine draws the avatar with one coefficient at a half and at one, M reads the drawings, and least squares give the
change for a coefficient of 1. R² says how much of what M saw that change explains: a low one means that LivePortrait has no
counterpart, and the first guess stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from authoring.liveportrait.portrait_reader import SeenFace
from face.camera import PortraitCamera
from face.liveportrait.portrait_face import DRIVEN, FULL_GAZE, KEYPOINTS
from face.liveportrait.sliders import HIGHEST, LOWEST
from face.motion import Motion
from protocol.blendshapes import BLENDSHAPES

Floats = NDArray[np.float32]

SHARES: Final = (0.5, 1.0)
#: A change is taken where it explains this share of what M saw,
LEAST_R2: Final = 0.6
#: and where its largest number is no noise: a hundredth of what a jaw does.
LEAST_CHANGE: Final = 0.001
#: Turns of the head, radians, by which the anchor's depth is found: yaw, pitch.
TURNS: Final = ((0.3, 0.0), (-0.3, 0.0), (0.0, 0.2), (0.0, -0.2))
_DEPTHS: Final = 61


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What was measured.

    Attributes:
        deltas: (DRIVEN, K, 3) change at 1. r2: (DRIVEN,) 0..1.
    """

    deltas: Floats
    r2: Floats

    def over(self, guess: Floats) -> Floats:
        """The deltas, with those of a first guess (DRIVEN, K, 3) where nothing reliable was measured."""
        size = np.abs(self.deltas).max((1, 2))
        is_good = (self.r2 >= LEAST_R2) & (size >= LEAST_CHANGE)
        return np.where(is_good[:, None, None], np.clip(self.deltas, LOWEST, HIGHEST), guess)


def set_driven(motion: Motion, name: str, value: float) -> None:
    """Set one of DRIVEN in a Motion; gaze by its share of FULL_GAZE."""
    number = DRIVEN.index(name)
    if number < len(BLENDSHAPES):
        motion.expression[number] = value
        return
    axis, sign = {"Left": (0, 1.0), "Right": (0, -1.0), "Up": (1, 1.0), "Down": (1, -1.0)}[
        name.removeprefix("gaze")
    ]
    motion.gaze[axis] = sign * value * FULL_GAZE


def calibrate(
    draw: Callable[[Motion], NDArray[np.uint8]],
    read: Callable[[NDArray[np.uint8]], SeenFace],
    progress: Callable[[float], None],
) -> Calibration:
    """Measure all of DRIVEN but the shapes of looking, which follow the gaze: about a hundred drawings, each read once.

    Args:
        draw: a Motion -> what LivePortrait would see, (256, 256, 3) uint8.
        read: what M sees in it.
        progress: called with the share that is done, 0..1.
    """
    still = read(draw(Motion.neutral())).expression
    deltas = np.zeros((len(DRIVEN), KEYPOINTS, 3), np.float32)
    r2 = np.zeros(len(DRIVEN), np.float32)
    for number, name in enumerate(DRIVEN):
        if name.startswith("eyeLook"):
            continue  # the gaze sets them
        seen = []
        for share in SHARES:
            motion = Motion.neutral()
            set_driven(motion, name, share)
            seen.append(read(draw(motion)).expression - still)
        deltas[number], r2[number] = fit(np.array(SHARES, np.float32), np.stack(seen))
        progress((number + 1) / len(DRIVEN))
    return Calibration(deltas, r2)


def fit(shares: Floats, seen: Floats) -> tuple[Floats, float]:
    """The change d that best explains `seen` = share * d, and its R² about zero.

    Args:
        shares: (N,). seen: (N, K, 3) changes of the expression.
    """
    delta = np.tensordot(shares, seen, 1) / float(shares @ shares)
    total = float(np.square(seen).sum())
    rest = float(np.square(seen - shares[:, None, None] * delta).sum())
    return np.asarray(delta, np.float32), 1.0 - rest / total if total > 0.0 else 0.0


def turned_motions(portrait: Floats) -> Iterator[Motion]:
    """The portrait's own Motion, turned by each of TURNS."""
    for yaw, pitch in TURNS:
        motion = Motion.neutral()
        motion.values[:] = portrait
        motion.pose[0] += yaw
        motion.pose[1] += pitch
        yield motion


def find_anchor(
    camera: PortraitCamera, portrait: Floats, place: Floats, crop: Floats, seen: list[tuple[Motion, Floats]]
) -> Floats:
    """The point (3,) of the head, head space, that lies where M places the portrait, and moves as M says.

    Args:
        portrait: (CHANNELS,) the portrait's Motion.
        place: (2,) M's translation x, y of the portrait. crop: as in `PortraitFace`.
        seen: drawn Motions with M's translation (2,) for each; empty = a depth inside the head is taken.
    """
    at = crop[:2] + place * crop[2] / 2  # picture heights
    middle = -float(camera.pivot_rest[2])
    depths = middle * np.linspace(0.8, 1.05, _DEPTHS)
    rest = np.stack(
        [at[0] * depths / camera.focal, -at[1] * depths / camera.focal, -depths], 1
    )  # (N, 3) rest space
    points = np.asarray((rest - camera.translation) @ camera.rotation, np.float32)  # head space
    if not seen:
        return np.array(points[_DEPTHS // 2])
    own = Motion.neutral()
    own.values[:] = portrait
    start = camera.project(camera.seen(points, own))
    error = np.zeros(len(points))
    for motion, translation in seen:
        moved = (camera.project(camera.seen(points, motion)) - start) * (2.0 / crop[2])
        error += np.square(moved - (translation - place)).sum(1)
    return np.array(points[int(np.argmin(error))])
