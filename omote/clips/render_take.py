"""Renders a take into pictures, with the recorded times in place of a clock.

    pictures = render_take(schedule(reader, ReplayPlan()), runtime, writer, fps=30.0, duration_s=reader.duration_s)

Every message is applied at its own time, also between two pictures, so that movement, fades and times to live are those of
the recording at any frame rate. Nothing here reads a clock or a random number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import ceil
from typing import Final, NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from omote.clips.offline_runtime import OfflineRuntime
from omote.clips.render_clip import SETTLE_S
from protocol.messages import ControlMessage
from protocol.take_schedule import DueMessage
from vision.video_writer import PictureWriter

#: Messages that arrive within this time belong to one state of the face, as in the runtime's loop.
COALESCE_S: Final = 0.002
#: Time between two steps at the runtime's default rate: values expire and fade as they do live.
LONGEST_STEP_S: Final = 1 / 60
_EPSILON_S: Final = 1e-9


def pictures_in(duration_s: float, fps: float) -> int:
    """How many pictures a take of this length has: picture k shows the time k / fps; at least one."""
    return max(ceil(duration_s * fps - 1e-6), 1)


def render_take(
    messages: Iterable[DueMessage],
    runtime: OfflineRuntime,
    writer: PictureWriter,
    *,
    fps: float,
    duration_s: float,
    held: tuple[ControlMessage, ...] = (),
    progress: Callable[[int], None] = lambda pictures: None,
) -> int:
    """Render a whole take; returns the number of pictures.

    Args:
        messages: in order of their due times, seconds from the beginning of the take.
        runtime: draws the avatar.
        writer: receives every picture.
        fps: pictures per second of the output.
        duration_s: of the take.
        held: messages applied with every picture, such as an emotion.
        progress: called with the number of pictures written so far.
    """
    bursts = _bursts(messages)
    burst = next(bursts, None)
    opening: list[ControlMessage] = []
    if burst is not None and burst.due_s <= COALESCE_S:
        opening, burst = burst.messages, next(bursts, None)
    for frame in range(round(SETTLE_S * fps)):  # so that the first picture shows no fade from idle
        runtime.step((*held, *opening), frame / fps, 1.0 / fps, draw=False)

    now_s = SETTLE_S - 1.0 / fps

    def step(messages: Iterable[ControlMessage], at_s: float, *, draw: bool) -> NDArray[np.uint8] | None:
        """Advance as often as the runtime's loop does, then apply the messages."""
        nonlocal now_s
        while at_s - now_s > LONGEST_STEP_S + _EPSILON_S:
            now_s += LONGEST_STEP_S
            runtime.step((), now_s, LONGEST_STEP_S, draw=False)
        dt_s, now_s = at_s - now_s, at_s
        return runtime.step(messages, at_s, dt_s, draw=draw)

    count = pictures_in(duration_s, fps)
    due: list[ControlMessage] = opening
    for picture in range(count):
        picture_s = SETTLE_S + picture / fps
        while burst is not None and SETTLE_S + burst.due_s <= picture_s + _EPSILON_S:
            if SETTLE_S + burst.due_s < picture_s - _EPSILON_S:
                step(burst.messages, SETTLE_S + burst.due_s, draw=False)
            else:
                due = [*due, *burst.messages]
            burst = next(bursts, None)
        pixels = step((*held, *due), picture_s, draw=True)
        assert pixels is not None, "step(draw=True) returns a picture"
        writer.write(pixels)
        due = []
        progress(picture + 1)
    return count


class _Burst(NamedTuple):
    """Messages that arrived together, and when, seconds from the beginning of the take."""

    due_s: float
    messages: list[ControlMessage]


def _bursts(messages: Iterable[DueMessage]) -> Iterator[_Burst]:
    burst: _Burst | None = None
    for due in messages:
        # The order of arrival counts, as in a replay, and not the numbers given by the sender.
        message = replace(due.message, sequence=0, capture_time_ns=0)
        if burst is not None and due.due_s <= burst.due_s + COALESCE_S:
            burst.messages.append(message)
            continue
        if burst is not None:
            yield burst
        burst = _Burst(due.due_s, [message])
    if burst is not None:
        yield burst
