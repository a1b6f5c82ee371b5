"""What portraits are shown doing when there is no truth: turns, nods, emotions, and single shapes from 0 to 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from face.emotion_shapes import wanted_expression
from face.motion import Motion
from protocol.blendshapes import INDEX
from protocol.channels import EMOTIONS

YAWS_DEG: Final = (-35, -25, -15, 0, 15, 25, 35)
PITCHES_DEG: Final = (-20, 20)
#: Shapes whose response MediaPipe measures well, and the steps at which it is measured.
SWEPT: Final = ("jawOpen", "mouthSmile", "browInnerUp", "eyeBlink", "mouthPucker", "browDown")
STEPS: Final = (0.0, 0.5, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One picture to draw.

    Attributes:
        kind: "yaw", "pitch", "emotion" or "sweep". word: degrees, the emotion or the shape. amount: 0..1 of it.
    """

    kind: str
    word: str
    amount: float
    motion: Motion


def shown_poses() -> list[Shown]:
    """Everything that a portrait is judged by, in the order of the sheets."""
    found = [Shown("yaw", str(degrees), 1.0, _turned(yaw=degrees)) for degrees in YAWS_DEG]
    found += [Shown("pitch", str(degrees), 1.0, _turned(pitch=degrees)) for degrees in PITCHES_DEG]
    found += [Shown("emotion", name, 1.0, _felt(number)) for number, name in enumerate(EMOTIONS)]
    found += [Shown("sweep", name, amount, _shaped(name, amount)) for name in SWEPT for amount in STEPS]
    return found


def _turned(yaw: float = 0.0, pitch: float = 0.0) -> Motion:
    motion = Motion.neutral()
    motion.pose[:2] = np.radians([yaw, pitch])
    return motion


def _felt(number: int) -> Motion:
    """An emotion at full intensity as the runtime shows it, which is stronger than felt ones are."""
    motion = Motion.neutral()
    motion.emotion[number] = 1.0
    wanted_expression(motion.emotion[: len(EMOTIONS)], motion.expression)
    return motion


def _shaped(name: str, amount: float) -> Motion:
    motion = Motion.neutral()
    for place in indices_of(name):
        motion.expression[place] = amount
    return motion


def indices_of(name: str) -> list[int]:
    """The blendshapes of a name with or without its sides."""
    return [INDEX[one] for one in (name, f"{name}Left", f"{name}Right") if one in INDEX]
