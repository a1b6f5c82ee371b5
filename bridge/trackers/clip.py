"""A driving video, every frame of it, with the messages that its face gives: nothing is paced or dropped.

for frame in ahead(tracked_clip(video, landmarker, face), depth=8): ...
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from queue import Empty, Full, Queue
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from bridge.calibration.profile import CalibrationProfile
from bridge.calibration.rest import Rest, rest_from
from bridge.trackers.face import FaceMessages, observed
from protocol.messages import ControlMessage
from vision.head_pose import head_pose
from vision.landmarker import FaceLandmarker, FaceObservation
from vision.video_file import VideoFile

Neutral = Literal["first", "median", "none"]
_WAIT_S: Final = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class ClipFrame:
    """One frame of a driving video.

    Attributes:
        time_s: when it is shown, from 0.
        picture: (H, W, 3) uint8 RGB.
        messages: what its face drives; empty when there is none.
    """

    time_s: float
    picture: NDArray[np.uint8]
    messages: tuple[ControlMessage, ...]


def tracked_clip(video: VideoFile, landmarker: FaceLandmarker, face: FaceMessages) -> Iterator[ClipFrame]:
    """Track a video from its first frame to its last."""
    number = 0
    while (picture := video.read()) is not None:
        time_s = number / video.fps
        found = landmarker.detect(picture, int(time_s * 1000))
        messages = face(found[0], time_s=time_s) if found else ()
        yield ClipFrame(time_s=time_s, picture=picture, messages=messages)
        number += 1


def unlearned(profile: CalibrationProfile) -> CalibrationProfile:
    """The profile without a person's rest: angles and coefficients as reported, place still relative."""
    no_angle = np.where(np.isfinite(profile.pose_learn), 0.0, profile.pose_learn)
    return replace(profile, learn=np.zeros_like(profile.learn), pose_learn=no_angle)


def median_rest(video: VideoFile, landmarker: FaceLandmarker, profile: CalibrationProfile) -> Rest | None:
    """Rest from a whole video, None when no face is in it. Rewinds the video.

    For a video in which the person is not at rest at the start.
    """
    faces: list[FaceObservation] = []
    number = 0
    while (picture := video.read()) is not None:
        faces += landmarker.detect(picture, int(number / video.fps * 1000))[:1]
        number += 1
    video.rewind()
    if not faces:
        return None
    return rest_from(
        [observed(face, "clip").expression for face in faces],
        [np.array(head_pose(face.transform)) for face in faces],
        profile,
    )


def ahead(frames: Iterable[ClipFrame], *, depth: int) -> Iterator[ClipFrame]:
    """The same frames in the same order, worked out up to `depth` ahead on a thread of its own.

    Tracking and rendering each leave a core idle for the other: both release the interpreter's lock. An
    error in the frames is raised here; leaving the iteration early ends the thread.
    """
    queue: Queue[ClipFrame | BaseException | None] = Queue(maxsize=depth)
    is_left = threading.Event()

    def put(item: ClipFrame | BaseException | None) -> None:
        while not is_left.is_set():
            try:
                queue.put(item, timeout=_WAIT_S)
            except Full:
                continue
            return

    def work() -> None:
        try:
            for frame in frames:
                put(frame)
                if is_left.is_set():
                    return
            put(None)
        except BaseException as error:  # handed over, not handled: the caller's thread raises it
            put(error)

    worker = threading.Thread(target=work, name="tracking ahead", daemon=True)
    worker.start()
    try:
        while True:
            try:
                item = queue.get(timeout=_WAIT_S)  # bounded, so that Ctrl-C is noticed everywhere
            except Empty:
                continue
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        is_left.set()
        worker.join()
