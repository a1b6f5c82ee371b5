"""Measurements whose every pixel is known, to be shown in a preview."""

from __future__ import annotations

import numpy as np

from bridge.observation import Observation
from bridge.trackers.picture_tracker import TrackedPicture
from protocol.messages import ControlMessage

BLUE_RGB = (10, 20, 200)
MESSAGES = (ControlMessage(layer="expression", source="s", values={"jawOpen": 0.5, "mouthSmileRight": 1.0}),)


def tracked(level: int = 0, *, is_face: bool = True, size: tuple[int, int] = (240, 320)) -> TrackedPicture:
    """A picture of one colour with one landmark, 30 from the left and 60 from the top."""
    picture = np.full((*size, 3), BLUE_RGB, np.uint8)
    picture[..., 1] = level
    return TrackedPicture(
        observation=Observation("s", is_face=is_face),
        time_s=0.0,
        track_ms=10.0,
        picture=picture,
        landmarks=np.array([[30.0, 60.0, 0.0], [-500.0, 9e5, 0.0]], np.float32) if is_face else None,
    )
