"""Clip: the values of all channels at every frame, and the shape keys, angles and emotions that they mean."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .blendshapes import BLENDSHAPES
from .channels import EMOTIONS, PLACES, looks_of_gaze

_EXPRESSION: Final = tuple(PLACES["expression"][name] for name in BLENDSHAPES)
_POSE: Final = PLACES["pose"]
_GAZE: Final = PLACES["gaze"]
#: Names of the emotion layer in the order of its custom properties.
FEELINGS: Final = (*EMOTIONS, "valence", "arousal")


@dataclass(frozen=True)
class Clip:
    """A take at one frame rate.

    Attributes:
        fps: frames a second.
        rows: a row a frame, float32 values in the order of `channels.CHANNELS`.
        fills_looks: whether the eyeLook shapes are made of the gaze, as for the runtime's motion; phones send their own.
    """

    fps: float
    rows: Sequence[array[float]]
    fills_looks: bool


def shapes_of(values: Sequence[float], *, fills_looks: bool) -> dict[str, float]:
    """The 52 coefficients by name.

    Args:
        values: in the order of `channels.CHANNELS`.
        fills_looks: raise the eyeLook shapes to what the gaze asks for.
    """
    shapes = {name: values[place] for name, place in zip(BLENDSHAPES, _EXPRESSION, strict=True)}
    if fills_looks:
        for name, look in looks_of_gaze(values[_GAZE["yaw"]], values[_GAZE["pitch"]]).items():
            shapes[name] = max(shapes[name], look)
    return shapes


def head_of(values: Sequence[float]) -> tuple[float, float, float]:
    """Yaw, pitch and roll of the head, radians."""
    return values[_POSE["yaw"]], values[_POSE["pitch"]], values[_POSE["roll"]]


def place_of(values: Sequence[float]) -> tuple[float, float, float]:
    """Translation of the head, portrait heights: + to the subject's left, up, out of the face."""
    return values[_POSE["x"]], values[_POSE["y"]], values[_POSE["z"]]


def gaze_of(values: Sequence[float]) -> tuple[float, float]:
    """Yaw and pitch of both eyes relative to the head, radians."""
    return values[_GAZE["yaw"]], values[_GAZE["pitch"]]


def feelings_of(values: Sequence[float]) -> dict[str, float]:
    """The emotion layer by name."""
    return {name: values[PLACES["emotion"][name]] for name in FEELINGS}
