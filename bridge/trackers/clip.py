"""A driving video, tracked frame by frame; no frame is skipped, and nothing waits for real time.

for frame in tracked_clip(video, landmarker, face): ...
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bridge.trackers.face import FaceMessages
from protocol.messages import ControlMessage
from vision.landmarker import FaceLandmarker, FaceObservation
from vision.video_file import VideoFile


@dataclass(frozen=True, slots=True, eq=False)
class ClipFrame:
    """One frame of a driving video.

    Attributes:
        time_s: when it is shown, from 0.
        picture: (H, W, 3) uint8 RGB.
        messages: those of its face; empty without one.
    """

    time_s: float
    picture: NDArray[np.uint8]
    messages: tuple[ControlMessage, ...]


class LandmarkedFrame(NamedTuple):
    """A frame and its face: time in seconds from 0, (H, W, 3) uint8 RGB, None without a face."""

    time_s: float
    picture: NDArray[np.uint8]
    face: FaceObservation | None


def landmarked_frames(video: VideoFile, landmarker: FaceLandmarker) -> Iterator[LandmarkedFrame]:
    """Find the face in every frame from the video's current position on, which is taken as time 0."""
    number = 0
    while (picture := video.read()) is not None:
        time_s = number / video.fps
        found = landmarker.detect(picture, int(time_s * 1000))
        yield LandmarkedFrame(time_s, picture, found[0] if found else None)
        number += 1


def tracked_clip(video: VideoFile, landmarker: FaceLandmarker, face: FaceMessages) -> Iterator[ClipFrame]:
    """Make the messages of every frame of a video.

    Args:
        landmarker: of videos (`load_landmarker`), not used before: its time must rise.
        face: turns what it finds into messages.
    """
    for time_s, picture, found in landmarked_frames(video, landmarker):
        messages = () if found is None else face(found, time_s=time_s)
        yield ClipFrame(time_s=time_s, picture=picture, messages=messages)
