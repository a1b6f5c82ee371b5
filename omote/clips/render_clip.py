"""Renders a tracked clip into pictures, with the clip's own time in place of a clock.

    rendered = render_clip(frames, runtime, writer, fps=25.0)

Nothing here reads a clock or a random number: the same clip and avatar give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.trackers.clip import ClipFrame
from omote.clips.offline_runtime import OfflineRuntime
from protocol.messages import ControlMessage
from vision.video_writer import PictureWriter

#: The first frame's messages are applied for this long before the first picture, so that it shows the first frame's
#: face and not the fade from idle to it.
SETTLE_S: Final = 1.0
_EPSILON_S: Final = 1e-9


@dataclass(frozen=True, slots=True)
class RenderedClip:
    """Counts of one rendered clip.

    Attributes:
        pictures: written.
        frames: of the clip that were tracked.
        faces: frames in which a face was found.
        end_s: when the last frame ends, seconds from the first.
    """

    pictures: int
    frames: int
    faces: int
    end_s: float


def render_clip(
    frames: Iterable[ClipFrame],
    runtime: OfflineRuntime,
    writer: PictureWriter,
    *,
    fps: float,
    held: tuple[ControlMessage, ...] = (),
    side_by_side: bool = False,
    progress: Callable[[int], None] = lambda pictures: None,
) -> RenderedClip:
    """Render a whole clip.

    Args:
        frames: the clip's frames with the messages tracked in them, in order of time.
        runtime: draws the avatar.
        writer: receives every picture.
        fps: pictures per second of the output; picture k shows the clip's face at k / fps.
        held: messages applied with every picture, such as an emotion.
        side_by_side: write the clip's picture to the left of the rendered one.
        progress: called with the number of pictures written so far.
    """
    output = _Output(runtime, writer, fps=fps, held=held, side_by_side=side_by_side)
    shown: ClipFrame | None = None
    tracked = faces = 0
    for frame in frames:
        # Pictures due before this frame show the frame before it.
        while shown is not None and output.due_s < frame.time_s - _EPSILON_S:
            output.draw(shown)
            progress(output.pictures)
        if shown is None:
            output.settle(frame)
        output.queue(frame)
        shown = frame
        tracked += 1
        faces += bool(frame.messages)
    while shown is not None and output.due_s < shown.end_s - _EPSILON_S:
        output.draw(shown)
        progress(output.pictures)
    end_s = 0.0 if shown is None else shown.end_s
    return RenderedClip(pictures=output.pictures, frames=tracked, faces=faces, end_s=end_s)


class _Output:
    """Counts the pictures, and collects messages until the next picture is due."""

    def __init__(
        self,
        runtime: OfflineRuntime,
        writer: PictureWriter,
        *,
        fps: float,
        held: tuple[ControlMessage, ...],
        side_by_side: bool,
    ) -> None:
        self._runtime = runtime
        self._writer = writer
        self._fps = fps
        self._held = held
        self._side_by_side = side_by_side
        self._queued: list[ControlMessage] = []
        self.pictures = 0

    @property
    def due_s(self) -> float:
        """Time of the next picture in the clip, seconds."""
        return self.pictures / self._fps

    def settle(self, frame: ClipFrame) -> None:
        """Apply the first frame until fades and filters have reached it."""
        for step in range(round(SETTLE_S * self._fps)):
            now_s = step / self._fps
            self._runtime.step((*self._held, *frame.messages), now_s, 1.0 / self._fps, draw=False)

    def queue(self, frame: ClipFrame) -> None:
        """Keep a frame's messages for the next picture."""
        self._queued += frame.messages

    def draw(self, frame: ClipFrame) -> None:
        """Draw and write the next picture.

        Args:
            frame: the clip's frame at that time.
        """
        messages = (*self._held, *self._queued)
        self._queued.clear()
        pixels = self._runtime.step(messages, SETTLE_S + self.due_s, 1.0 / self._fps, draw=True)
        assert pixels is not None, "step(draw=True) returns a picture"
        self._writer.write(beside(frame.picture, pixels) if self._side_by_side else pixels)
        self.pictures += 1


def beside(picture: NDArray[np.uint8], pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put the clip's picture to the left of the rendered one, scaled to its height.

    Args:
        picture: (h, w, 3) uint8 RGB.
        pixels: (H, W, 4) uint8 RGBA.

    Returns:
        (H, w * H / h + W, 4) uint8 RGBA; the left part is opaque.
    """
    import cv2

    height = pixels.shape[0]
    width = max(round(picture.shape[1] * height / picture.shape[0]), 1)
    interpolation = cv2.INTER_AREA if picture.shape[0] > height else cv2.INTER_LINEAR
    joined = np.full((height, width + pixels.shape[1], 4), 255, np.uint8)
    joined[:, :width, :3] = cv2.resize(picture, (width, height), interpolation=interpolation)
    joined[:, width:] = pixels
    return joined
