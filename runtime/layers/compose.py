"""Compose: the drivers' wishes and idle life -> one Motion, layer by layer.

motion = compose(layers, motion, control, dt_s)
"""

from __future__ import annotations

from collections.abc import Sequence

from face.motion import Motion
from runtime.control.control import Control
from runtime.layers.drivers import settle_drivers
from runtime.layers.emotion import EmotionLayer
from runtime.layers.gaze import GazeFromEyes
from runtime.layers.idle import Idle, IdleSettings
from runtime.layers.layer import Layer
from runtime.layers.limits import limit


def default_layers(idle: IdleSettings | None = None) -> list[Layer]:
    """The layers in their order: from the bottom of the face's life to what an engine may draw."""
    return [
        Idle(idle),  # what the face does alone
        settle_drivers,  # pose, expression, gaze, emotion and view, as far as somebody drives them
        GazeFromEyes(),  # eyes that only the expression moves
        EmotionLayer(),  # tracked emotion out, wanted emotion in
        limit,  # what a face can do
    ]


def compose(layers: Sequence[Layer], motion: Motion, control: Control, dt_s: float) -> Motion:
    """Run every layer over `motion`, in place; `dt_s` seconds after the last time."""
    for layer in layers:
        motion = layer(motion, control, dt_s)
    return motion
