"""Calibration pictures: a person of a webcam session who does what `omote-bridge calibrate` asks for.

    for kind, factors in calibration_pictures(person=7, place=3, seed=0): ...    # kind: index in STEPS

Look, light and camera are those of the session of the same person and seed, so a profile that is fitted to these pictures
can be judged on that session's others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np

from bridge.calibration.steps import REST, SIDE, STEPS, Step
from measure.tracker.webcam_sessions import session_of
from protocol.blendshapes import BLENDSHAPES, INDEX
from studio.arrays import Floats
from studio.factors import Factors, Pose
from studio.seeds import random_of

#: Pictures of one step; a person holds it, and moves a little.
HELD: Final = 3
#: How far people go when they are asked to go as far as they can, and how exactly they hold it.
_FURTHEST: Final = (0.85, 1.0)
_UNSTEADY: Final = 0.03
#: People turn their head by about what they are asked for.
_ANGLE: Final = (0.7, 1.2)
_SWAY_RAD: Final = 0.02
#: What else moves in a step, as a share of it.
_BESIDE: Final[Mapping[str, Mapping[str, float]]] = MappingProxyType({
    SIDE: {"mouthLeft": 1.0},
    "open": {"mouthLowerDownLeft": 0.2, "mouthLowerDownRight": 0.2},
    "smile": {"cheekSquintLeft": 0.4, "cheekSquintRight": 0.4},
    "brows down": {"eyeSquintLeft": 0.3, "eyeSquintRight": 0.3},
})  # fmt: skip


def calibration_pictures(
    person: int, place: int, seed: int, *, style: str = "real"
) -> list[tuple[int, Factors]]:
    """The step's index in STEPS, and the factors of each picture; arguments as of `session_of`."""
    straight = session_of(person, place, seed, style=style).rest[0]
    random = random_of("calibration", seed, person)
    pictures = []
    for number, step in enumerate(STEPS):
        most, of_angle = float(random.uniform(*_FURTHEST)), float(random.uniform(*_ANGLE))
        for _ in range(HELD):
            level = float(np.clip(most + random.normal(0.0, _UNSTEADY), 0.0, 1.0))
            yaw, pitch, roll = random.normal(0.0, _SWAY_RAD, 3)
            angles = {"yaw": float(yaw), "pitch": float(pitch), "roll": float(roll)}
            axis, angle = step.pose
            if axis:
                angles[axis] += of_angle * angle
            look = dict([step.gaze]) if step.gaze[0] else {}
            held = replace(
                straight,
                articulation=_shown(step, level),
                gaze=(of_angle * look.get("yaw", 0.0), of_angle * look.get("pitch", 0.0)),
                pose=Pose(**angles),
            )
            pictures.append((number, held))
    return pictures


def _shown(step: Step, level: float) -> Floats:
    articulation = np.zeros(len(BLENDSHAPES), np.float32)
    if step.name != REST:
        for stem in step.shapes:
            for name in (stem, f"{stem}Left", f"{stem}Right"):
                if name in INDEX:
                    articulation[INDEX[name]] = level
        for name, share in _BESIDE.get(step.name, {}).items():
            articulation[INDEX[name]] = share * level
    return articulation
