"""Compose: runs the layers in order; they turn idle movement and the drivers' values into one Motion.

motion = compose(layers, motion, control, dt_s)
"""

from __future__ import annotations

from collections.abc import Sequence

from face.emotion_composite import EmotionComposite
from face.emotion_filter import EmotionFilter
from face.motion import Motion
from runtime.control.control import Control
from runtime.layers.at_rest import AtRest, WornFace
from runtime.layers.drivers import settle_drivers
from runtime.layers.emotion import EmotionLayer
from runtime.layers.gaze import GazeFromEyes
from runtime.layers.head_limits import EaseIntoLimits
from runtime.layers.idle import Idle, IdleSettings
from runtime.layers.layer import Layer
from runtime.layers.limits import limit


def default_layers(
    idle: IdleSettings | None = None,
    worn: WornFace | None = None,
    emotion_filter: EmotionFilter | None = None,
    emotion_composite: EmotionComposite | None = None,
) -> list[Layer]:
    """The layers in the order in which they run.

    Args:
        idle: None = default settings.
        worn: the avatar that is worn; None = values are drawn as they are.
        emotion_filter, emotion_composite: None = the analytic ones.
    """
    return [
        Idle(idle),  # neutral values and idle movement
        settle_drivers,  # pose, expression, gaze, emotion and view, where drivers set them
        GazeFromEyes(),  # the gaze from eyeLook shapes, where no driver sets it
        EmotionLayer(emotion_filter, emotion_composite),  # removes the tracked emotion, adds the wanted one
        *([] if worn is None else [AtRest(worn)]),  # changes against rest become what is drawn
        limit,  # ranges, and shapes that exclude each other
        *([] if worn is None else [EaseIntoLimits(worn)]),  # how far this avatar may turn
    ]


def compose(layers: Sequence[Layer], motion: Motion, control: Control, dt_s: float) -> Motion:
    """Run every layer over `motion`, in place.

    Args:
        motion: overwritten by the first layer.
        dt_s: seconds since the last call; 0 at the first.

    Returns:
        `motion`.
    """
    for layer in layers:
        motion = layer(motion, control, dt_s)
    return motion
