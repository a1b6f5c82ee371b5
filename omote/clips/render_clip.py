"""A tracked clip -> rendered pictures: the runtime's own way of a frame, with the clip's time for a clock.

    count = render_clip(frames, performer, writer, fps=25.0, clip_fps=video.fps)

Nothing here reads a clock or draws a random number: the same clip and avatar give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from bridge.trackers.clip import ClipFrame
from protocol.messages import ControlMessage
from vision.video_writer import PictureWriter

#: The first frame's messages are held this long before the first picture, so that it is the first frame's
#: face and not a fade from idle to it.
SETTLE_S: Final = 1.0
_EPSILON_S: Final = 1e-9


class Performer(Protocol):
    """An avatar on a stage: messages in, pictures out, at times that only rise. One thread."""

    def step(
        self, messages: Iterable[ControlMessage], now_s: float, dt_s: float, *, draw: bool
    ) -> NDArray[np.uint8] | None:
        """Take messages and, if told to, draw: (size, size, 4) uint8 RGBA, valid until the next step."""
        ...


@dataclass(frozen=True, slots=True)
class RenderedClip:
    """What became of a clip: pictures written, frames tracked, frames in which a face was found."""

    pictures: int
    frames: int
    faces: int


def render_clip(
    frames: Iterable[ClipFrame],
    performer: Performer,
    writer: PictureWriter,
    *,
    fps: float,
    clip_fps: float,
    held: tuple[ControlMessage, ...] = (),
    side_by_side: bool = False,
    progress: Callable[[int], None] = lambda pictures: None,
) -> RenderedClip:
    """Render every moment of a clip.

    Args:
        fps: pictures a second of what is written; picture k shows the clip's face at k / fps.
        held: messages that hold all the while, such as an emotion.
        side_by_side: the clip's picture to the left of the rendered one.
        progress: called with the number of pictures written so far.
    """
    stage = _Stage(performer, writer, fps=fps, held=held, side_by_side=side_by_side)
    shown: ClipFrame | None = None
    tracked = faces = 0
    for frame in frames:
        # Everything that is due before this frame shows the one before it.
        while shown is not None and stage.due_s < frame.time_s - _EPSILON_S:
            stage.show(shown)
            progress(stage.pictures)
        if shown is None:
            stage.settle(frame)
        stage.take(frame)
        shown = frame
        tracked += 1
        faces += bool(frame.messages)
    while shown is not None and stage.due_s < shown.time_s + 1.0 / clip_fps - _EPSILON_S:
        stage.show(shown)
        progress(stage.pictures)
    return RenderedClip(pictures=stage.pictures, frames=tracked, faces=faces)


class _Stage:
    """Counts the pictures, and gathers messages until the next one is due."""

    def __init__(
        self,
        performer: Performer,
        writer: PictureWriter,
        *,
        fps: float,
        held: tuple[ControlMessage, ...],
        side_by_side: bool,
    ) -> None:
        self._performer = performer
        self._writer = writer
        self._fps = fps
        self._held = held
        self._side_by_side = side_by_side
        self._waiting: list[ControlMessage] = []
        self.pictures = 0

    @property
    def due_s(self) -> float:
        """When the next picture is due, in the clip's time."""
        return self.pictures / self._fps

    def settle(self, frame: ClipFrame) -> None:
        """Let the performer arrive at the first frame."""
        for step in range(round(SETTLE_S * self._fps)):
            now_s = step / self._fps
            self._performer.step((*self._held, *frame.messages), now_s, 1.0 / self._fps, draw=False)

    def take(self, frame: ClipFrame) -> None:
        """Keep a frame's messages for the next picture."""
        self._waiting += frame.messages

    def show(self, frame: ClipFrame) -> None:
        """Draw and write the next picture; `frame` is what the clip shows now."""
        messages = (*self._held, *self._waiting)
        self._waiting.clear()
        pixels = self._performer.step(messages, SETTLE_S + self.due_s, 1.0 / self._fps, draw=True)
        assert pixels is not None, "the performer was told to draw"
        self._writer.write(beside(frame.picture, pixels) if self._side_by_side else pixels)
        self.pictures += 1


def beside(picture: NDArray[np.uint8], pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(h, w, 3) to the left of (H, W, 4), brought to its height: (H, w * H / h + W, 4)."""
    import cv2

    height = pixels.shape[0]
    width = max(round(picture.shape[1] * height / picture.shape[0]), 1)
    way = cv2.INTER_AREA if picture.shape[0] > height else cv2.INTER_LINEAR
    joined = np.full((height, width + pixels.shape[1], 4), 255, np.uint8)
    joined[:, :width, :3] = cv2.resize(picture, (width, height), interpolation=way)
    joined[:, width:] = pixels
    return joined
