"""A driving video, tracked frame by frame; no frame is skipped, and nothing waits for real time.

for frame in tracked_clip(video, landmarker, face): ...
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from bridge.trackers.face import FaceMessages
from protocol.codec import MAX_TTL_S
from protocol.messages import ControlMessage
from vision.landmarker import FaceLandmarker, FaceObservation
from vision.video_file import VideoFile


@dataclass(frozen=True, slots=True, eq=False)
class ClipFrame:
    """One frame of a driving video.

    Attributes:
        time_s: when it is shown, from 0.
        end_s: until when it is shown.
        picture: (H, W, 3) uint8 RGB.
        messages: those of its face, which live until the next frame's come; empty without one.
    """

    time_s: float
    end_s: float
    picture: NDArray[np.uint8]
    messages: tuple[ControlMessage, ...]


class LandmarkedFrame(NamedTuple):
    """A frame and its face: begin and end in seconds from 0, (H, W, 3) uint8 RGB, None without a face."""

    time_s: float
    end_s: float
    picture: NDArray[np.uint8]
    face: FaceObservation | None


def landmarked_frames(video: VideoFile, landmarker: FaceLandmarker) -> Iterator[LandmarkedFrame]:
    """Find the face in every frame from the video's current position on, each at its own time in the file."""
    while (picture := video.read()) is not None:
        found = landmarker.detect(picture, int(video.time_s * 1000))
        yield LandmarkedFrame(video.time_s, video.end_s, picture, found[0] if found else None)


def _living(message: ControlMessage, shown_s: float) -> ControlMessage:
    """A message of a frame that is shown for so long: it lives until the next frame's message has come."""
    if shown_s <= message.ttl_s / 2:
        return message
    return replace(message, ttl_s=min(shown_s + message.ttl_s, MAX_TTL_S))


def tracked_clip(video: VideoFile, landmarker: FaceLandmarker, face: FaceMessages) -> Iterator[ClipFrame]:
    """Make the messages of every frame of a video.

    Args:
        landmarker: of videos (`load_landmarker`), not used before: its time must rise.
        face: turns what it finds into messages.
    """
    for time_s, end_s, picture, found in landmarked_frames(video, landmarker):
        messages = () if found is None else face(found, time_s=time_s)
        messages = tuple(_living(message, end_s - time_s) for message in messages)
        yield ClipFrame(time_s=time_s, end_s=end_s, picture=picture, messages=messages)
