"""Renders what sources say into pictures, with their own times in place of a clock.

    pictures = render_moments(source.moments(), runtime, writer, fps=30.0, end_s=lambda: source.end_s)

Every message is applied at its own time, also between two pictures, so that movement, fades and times to live are those of
the sources at any frame rate. Nothing here reads a clock or a random number: the same sources and avatar give the same
bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from omote.clips.offline_runtime import OfflineRuntime
from omote.clips.source import Moment
from protocol.messages import ControlMessage
from vision.video_writer import PictureWriter

#: The opening's messages are applied for this long before the first picture, so that it shows the face of the beginning
#: and not the fade from idle to it.
SETTLE_S: Final = 1.0
#: What is due until then belongs to the opening.
OPENING_S: Final = 0.002
#: Time between two steps at the runtime's default rate: values expire and fade as they do live.
LONGEST_STEP_S: Final = 1 / 60
_EPSILON_S: Final = 1e-9
#: Share of a picture that a rounded length may be too long.
_EPSILON_PICTURES: Final = 1e-6


def render_moments(
    moments: Iterable[Moment],
    runtime: OfflineRuntime,
    writer: PictureWriter,
    *,
    fps: float,
    end_s: Callable[[], float],
    held: tuple[ControlMessage, ...] = (),
    camera: Callable[[float], tuple[ControlMessage, ...]] = lambda time_s: (),
    compose_picture: Callable[[float, NDArray[np.uint8]], NDArray[np.uint8]] = lambda time_s, pixels: pixels,
    progress: Callable[[int], None] = lambda pictures: None,
) -> int:
    """Render a whole clip; returns the number of pictures, one at least.

    Args:
        moments: in order of time.
        runtime: draws the avatar.
        writer: receives every picture.
        fps: pictures per second of the output; picture k shows the time k / fps.
        end_s: the length of the clip, seconds; asked when `moments` has ended.
        held: messages applied with every picture, such as an emotion.
        camera: those of a picture's time besides.
        compose_picture: makes the written picture from its time and the drawn one.
        progress: called with the number of pictures written so far.
    """
    queue = iter(moments)
    opening, following = _opening(queue)
    for frame in range(round(SETTLE_S * fps)):
        runtime.step((*held, *camera(0.0), *opening), frame / fps, 1.0 / fps, draw=False)

    steps = _Steps(runtime, SETTLE_S - 1.0 / fps)
    due: list[ControlMessage] = opening
    pictures = 0
    while True:
        time_s = pictures / fps
        while following is not None and following.due_s <= time_s + _EPSILON_S:
            if following.due_s < time_s - _EPSILON_S:
                steps.to(SETTLE_S + following.due_s, following.messages, draw=False)
            else:
                due = [*due, *following.messages]
            following = next(queue, None)
        if following is None and pictures > 0 and pictures >= end_s() * fps - _EPSILON_PICTURES:
            return pictures
        pixels = steps.to(SETTLE_S + time_s, (*held, *camera(time_s), *due), draw=True)
        assert pixels is not None, "step(draw=True) returns a picture"
        writer.write(compose_picture(time_s, pixels))
        due = []
        pictures += 1
        progress(pictures)


def _opening(queue: Iterator[Moment]) -> tuple[list[ControlMessage], Moment | None]:
    """The messages of the beginning, and the first moment after them."""
    opening: list[ControlMessage] = []
    for moment in queue:
        if moment.due_s > OPENING_S:
            return opening, moment
        opening += moment.messages
    return opening, None


class _Steps:
    """Advances the runtime as often as its loop does."""

    def __init__(self, runtime: OfflineRuntime, now_s: float) -> None:
        self._runtime = runtime
        self._now_s = now_s

    def to(self, at_s: float, messages: Iterable[ControlMessage], *, draw: bool) -> NDArray[np.uint8] | None:
        """Step to a time, then apply messages and, if asked, draw."""
        while at_s - self._now_s > LONGEST_STEP_S + _EPSILON_S:
            self._now_s += LONGEST_STEP_S
            self._runtime.step((), self._now_s, LONGEST_STEP_S, draw=False)
        dt_s, self._now_s = at_s - self._now_s, at_s
        return self._runtime.step(messages, at_s, dt_s, draw=draw)
