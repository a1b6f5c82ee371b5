"""ClipTruth: a real clip as truth: its first face is the portrait, its later faces are to be drawn.

truth = clip_truth(Path("clip.mp4"), landmarker, size=256, most=60)
truth.portrait, truth.motions, truth.pictures

The Motions are what a webcam would have sent: MediaPipe's coefficients with the bridge's correction and calibration. The
pose is relative to the first frame's.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from authoring.portrait.canvas import Cut, cut_square
from bridge.calibration.profile import load_profile
from bridge.expressions.face_correction import FaceCorrection
from bridge.trackers.clip import landmarked_frames
from bridge.trackers.face import FaceMessages
from face.camera import angles, rotation
from face.motion import Motion
from measure.errors import MeasureError
from measure.real.square import PORTRAIT_PX, square_of
from protocol.channels import CHANNELS
from protocol.messages import ControlMessage
from vision.landmarker import FaceLandmarker, FaceObservation
from vision.video_file import VideoFile

Picture = NDArray[np.uint8]
_PLACE: Final = {(channel.layer, channel.name): number for number, channel in enumerate(CHANNELS)}


@dataclass(frozen=True, slots=True, eq=False)
class ClipTruth:
    """A clip's frames in one square, N of them judged.

    Attributes:
        portrait: (PORTRAIT_PX, PORTRAIT_PX, 3) uint8 RGB, the first face.
        pictures: (N, size, size, 3) uint8 RGB.
        motions: N, one for each picture; the head's pose is relative to the portrait's.
        rest: the Motion of the portrait itself: what the person reports there.
        found: what the landmarker sees in each picture's whole frame; landmarks in pixels of `pictures`.
        fps: pictures a second, on average.
    """

    portrait: Picture
    pictures: Picture
    motions: tuple[Motion, ...]
    rest: Motion
    found: tuple[FaceObservation, ...]
    fps: float


def clip_truth(clip: Path, landmarker: FaceLandmarker, *, size: int, most: int) -> ClipTruth:
    """Track a clip and cut the square around its first face.

    Args:
        landmarker: of videos, not used before.
        size: side of the pictures, pixels.
        most: largest number of pictures, spread over the clip.

    Raises:
        VideoError: the clip cannot be read.
        MeasureError: no face, or the face is too large for a square around it.
    """
    face = FaceMessages(load_profile(), source="clip", correction=FaceCorrection())
    rows: list[_Row] = []
    portrait: Picture | None = None
    step = 1
    with VideoFile(clip) as video:
        for number, frame in enumerate(landmarked_frames(video, landmarker)):
            if frame.face is None:
                continue
            motion = motion_of_messages(face(frame.face, time_s=frame.time_s))
            if portrait is None:
                cut, first = square_of(frame.face, frame.picture), motion
                portrait = cut_square(frame.picture, cut, PORTRAIT_PX)
            if number % step == 0:
                picture = cut_square(frame.picture, cut, size)
                rows.append(
                    _Row(frame.time_s, picture, relative(motion, first), _within(frame.face, cut, size))
                )
            if len(rows) == 2 * most:  # headers do not always say how long a clip is
                rows, step = rows[::2], 2 * step
    if portrait is None or len(rows) < 2:
        raise MeasureError(f"{clip.name}: no face was found in at least two frames; use a clip of one person")
    rows = [rows[place] for place in np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(int)]
    return ClipTruth(
        portrait,
        np.stack([row.picture for row in rows]),
        tuple(row.motion for row in rows),
        relative(first, first),
        tuple(row.found for row in rows),
        (len(rows) - 1) / max(rows[-1].time_s - rows[0].time_s, 1e-3),
    )


class _Row(NamedTuple):
    """One frame of a clip, in the square."""

    time_s: float
    picture: Picture
    motion: Motion
    found: FaceObservation


def motion_of_messages(messages: tuple[ControlMessage, ...]) -> Motion:
    """The Motion of one driver's messages, all channels that they set."""
    motion = Motion.neutral()
    for message in messages:
        for name, value in message.values.items():
            motion.values[_PLACE[message.layer, name]] = value
    return motion


def relative(motion: Motion, first: Motion) -> Motion:
    """A motion whose head pose is against another's; expression and gaze stay as they are."""
    against = Motion.neutral()
    against.set_from(motion)
    then, now = (rotation(*(float(v) for v in one.pose[:3])) for one in (first, motion))
    against.pose[:3] = angles(np.asarray(now @ then.T, np.float32))
    against.pose[3:6] = motion.pose[3:6] - first.pose[3:6]
    against.pose[6] = motion.pose[6] / first.pose[6]
    return against


def _within(found: FaceObservation, cut: Cut, size: int) -> FaceObservation:
    """The observation in pixels of the square."""
    landmarks = found.landmarks.copy()
    landmarks[:, :2] = (landmarks[:, :2] - (cut.left, cut.top)) * (size / cut.side)
    return FaceObservation(landmarks, found.blendshapes, found.transform)
