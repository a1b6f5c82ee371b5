"""A driving video, tracked frame by frame; no frame is skipped, and nothing waits for real time.

for frame in tracked_clip(video, landmarker, face): ...          # by MediaPipe
for frame in observed_clip(video, observer, messages): ...       # by another tracker of pictures
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from bridge.observation import Observation
from bridge.sending.source_messages import SourceMessages
from bridge.trackers.face import FaceMessages
from bridge.trackers.picture_tracker import PictureObserver
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


class ObservedFrame(NamedTuple):
    """A frame and what was observed in it; as `LandmarkedFrame`."""

    time_s: float
    end_s: float
    picture: NDArray[np.uint8]
    observation: Observation


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
        yield _clip_frame(time_s, end_s, picture, messages)


def observed_clip(
    video: VideoFile, observer: PictureObserver, messages: SourceMessages
) -> Iterator[ClipFrame]:
    """The same with any tracker of pictures.

    Args:
        observer: not used before: its time must rise.
        messages: turns what it observes into messages.
    """
    for time_s, end_s, picture, seen in observed_frames(video, observer):
        yield _clip_frame(time_s, end_s, picture, messages(seen, time_s=time_s) if seen.is_face else ())


def observed_frames(video: VideoFile, observer: PictureObserver) -> Iterator[ObservedFrame]:
    """Observe every frame from the video's current position on, each at its own time in the file."""
    while (picture := video.read()) is not None:
        seen = observer.measure(picture, time_s=video.time_s, capture_time_ns=0)
        yield ObservedFrame(video.time_s, video.end_s, picture, seen.observation)


def _clip_frame(
    time_s: float, end_s: float, picture: NDArray[np.uint8], messages: Sequence[ControlMessage]
) -> ClipFrame:
    living = tuple(_living(message, end_s - time_s) for message in messages)
    return ClipFrame(time_s=time_s, end_s=end_s, picture=picture, messages=living)
