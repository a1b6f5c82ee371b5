"""Draws a preview: the camera picture with the landmarks, and beside it the values that are sent."""

from __future__ import annotations

from dataclasses import dataclass
from math import degrees
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.trackers.picture_tracker import TrackedPicture
from protocol.messages import ControlMessage

HEIGHT_PX: Final = 480
PANEL_PX: Final = 300
MAX_WIDTH_PX: Final = 860
#: Bars of the panel: label, and one or two blendshapes, the subject's left side first.
BARS: Final = (
    ("jaw open", ("jawOpen",)),
    ("smile", ("mouthSmileLeft", "mouthSmileRight")),
    ("frown", ("mouthFrownLeft", "mouthFrownRight")),
    ("pucker", ("mouthPucker",)),
    ("blink", ("eyeBlinkLeft", "eyeBlinkRight")),
    ("eye wide", ("eyeWideLeft", "eyeWideRight")),
    ("brow down", ("browDownLeft", "browDownRight")),
    ("brow up", ("browOuterUpLeft", "browOuterUpRight")),
    ("brow inner", ("browInnerUp",)),
)
_BACK: Final = (36, 30, 28)
_TEXT: Final = (232, 228, 224)
_DIM: Final = (150, 140, 132)
_BAR: Final = (212, 168, 64)
_TROUGH: Final = (66, 58, 54)
_POINT: Final = (230, 220, 90)
_WARNING: Final = (80, 120, 255)


@dataclass(frozen=True, slots=True)
class PreviewFacts:
    """Rates over several measurements.

    Attributes:
        fps: pictures tracked a second.
        dropped: pictures skipped in the last second.
    """

    fps: float
    dropped: int


def draw_preview(
    tracked: TrackedPicture, messages: tuple[ControlMessage, ...], facts: PreviewFacts
) -> NDArray[np.uint8]:
    """Draw one measurement.

    Args:
        tracked: with a picture, (H, W, 3) uint8 RGB, and perhaps landmarks in its pixels.
        messages: the messages made of it; their values are shown in the panel.
        facts: rates, for the panel.

    Returns:
        (HEIGHT_PX, width + PANEL_PX, 3) uint8 BGR, width at most `MAX_WIDTH_PX`.
    """
    import cv2

    assert tracked.picture is not None
    height, width = tracked.picture.shape[:2]
    scale = min(HEIGHT_PX / height, MAX_WIDTH_PX / width)
    small = cv2.resize(
        tracked.picture,
        (round(width * scale), round(height * scale)),
        interpolation=cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR,
    )
    shown = np.empty((HEIGHT_PX, small.shape[1] + PANEL_PX, 3), np.uint8)
    shown[:] = _BACK
    shown[: small.shape[0], : small.shape[1]] = small[:, :, ::-1]
    if tracked.landmarks is not None:
        _draw_landmarks(shown[: small.shape[0], : small.shape[1]], tracked.landmarks * scale)
    _draw_panel(cv2, shown, small.shape[1] + 16, tracked, messages, facts)
    return shown


def _draw_landmarks(picture: NDArray[np.uint8], landmarks: NDArray[np.floating]) -> None:
    """Draw a dot of 2 x 2 pixels for every landmark inside the picture, in place."""
    height, width = picture.shape[:2]
    places = np.round(landmarks[:, :2]).astype(int)
    for step_x, step_y in ((0, 0), (1, 0), (0, 1), (1, 1)):
        x, y = places[:, 0] + step_x, places[:, 1] + step_y
        is_inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        picture[y[is_inside], x[is_inside]] = _POINT


def _draw_panel(
    cv2: Any,
    shown: NDArray[np.uint8],
    left: int,
    tracked: TrackedPicture,
    messages: tuple[ControlMessage, ...],
    facts: PreviewFacts,
) -> None:
    """Draw the values in the panel right of the picture, in place."""

    def write(text: str, y: int, colour: tuple[int, int, int] = _TEXT, x: int = left) -> None:
        cv2.putText(shown, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, 1, cv2.LINE_AA)

    values = {f"{m.layer}.{name}": value for m in messages for name, value in m.values.items()}

    def turned(layer: str, *axes: str) -> str:
        return "  ".join(f"{axis} {degrees(values.get(f'{layer}.{axis}', 0.0)):+z.0f}" for axis in axes)

    dropped = f", {facts.dropped} skipped" if facts.dropped else ""
    write(f"{facts.fps:.0f} fps, {tracked.track_ms:.0f} ms each{dropped}", 26)
    if not tracked.is_face:
        write("no face: nothing is sent", 52, _WARNING)
        return
    write("head  " + turned("pose", "yaw", "pitch", "roll"), 52)
    write("eyes  " + turned("gaze", "yaw", "pitch"), 74)
    emotion = next((m for m in messages if m.layer == "emotion"), None)
    if emotion is not None:
        write(f"shows {', '.join(emotion.values)} {emotion.weight:.2f}", 96)
    if tracked.speaking is not None and tracked.speaking > 0.5:
        write("speaks", 74, _BAR, left + 190)
    write("left", 124, _DIM, left + 100)
    write("right", 124, _DIM, left + 190)
    for row, (name, shapes) in enumerate(BARS):
        y = 150 + row * 26
        write(name, y, _DIM)
        for side, shape in enumerate(shapes):
            x = left + 100 + 90 * side
            full = 80 if len(shapes) == 2 else 170
            cv2.rectangle(shown, (x, y - 11), (x + full, y), _TROUGH, cv2.FILLED)
            reach = round(full * min(max(values.get(f"expression.{shape}", 0.0), 0.0), 1.0))
            if reach:
                cv2.rectangle(shown, (x, y - 11), (x + reach, y), _BAR, cv2.FILLED)
    write("left and right are the person's", HEIGHT_PX - 40, _DIM)
