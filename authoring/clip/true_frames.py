"""TrueFrame: a frame of a clip and the Motion with which its avatar should look like that frame.

frames = true_frames(clip, cut, load_rig(avatar), size=256, most=20)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.clip.look import Clip, pictures_at
from authoring.clip.moment import Moment
from authoring.clip.seen_clip import LEAST_SHARP, MOST_TURNED_DEG, in_canvas
from authoring.fit.clip_offsets import follow_neutral
from authoring.fit.face_in_canvas import FaceInCanvas
from authoring.fit.head_fit import HeadFit
from authoring.fit.personal import IRIS_CENTRE
from authoring.portrait.canvas import Cut, cut_square
from face.camera import angles
from face.landmarks import FACE_OVAL, load_landmarks
from face.motion import Motion
from face.rig import HeadRig
from vision.head_pose import head_pose

#: Frames whose landmarks lie farther from the followed head are left out, pixels at 512.
WORST_RMS: Final = 5.0
MOST_GAZE: Final = 0.5  # radians
#: Frames of which less of the face lies in the avatar's square are left out: people walk out of it.
LEAST_SHOWN: Final = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class TrueFrame:
    """What an avatar should look like.

    Attributes:
        time_s: of the clip.
        picture: (S, S, 3) uint8 RGB, in the avatar's square.
        motion: the head's pose, expression and gaze, absolute.
        face: (S, S) bool, inside the face's outline. known: (S, S) bool, inside the clip's picture.
    """

    time_s: float
    picture: NDArray[np.uint8]
    motion: Motion
    face: NDArray[np.bool_]
    known: NDArray[np.bool_]


def true_frames(clip: Clip, cut: Cut, rig: HeadRig, *, size: int, most: int) -> list[TrueFrame]:
    """Follow the avatar's head through sharp frames all over a clip.

    Args:
        cut: where the avatar's canvas lies in the clip's frames.
        size: side of the pictures, pixels.
        most: largest number of frames.

    Raises:
        VideoError, PortraitError: the file cannot be read any more.
    """
    usual = float(np.quantile([moment.sharpness for moment in clip.moments], 0.9))
    moments = [one for one in clip.moments if one.sharpness >= LEAST_SHARP * usual and _is_seen(one)]
    count = min(most, len(moments))
    moments = [moments[place] for place in np.linspace(0, len(moments) - 1, count).astype(int)]
    found = []
    for moment, picture in zip(
        moments, pictures_at(clip, [moment.time_s for moment in moments]), strict=True
    ):
        face = in_canvas(moment, cut)
        fit = follow_neutral(rig.model, load_landmarks(), rig.neutral, face)
        if fit.rms_px > WORST_RMS:
            continue
        known = cut_square(np.full_like(picture, 255), cut, size)[..., 0] == 255
        outline = _outline(face, size)
        inside = (cv2.fillPoly(np.zeros((size, size), np.uint8), [outline], 1) > 0) & known
        if inside.sum() < max(LEAST_SHOWN * cv2.contourArea(outline), 1.0):
            continue
        found.append(
            TrueFrame(
                moment.time_s,
                cut_square(picture, cut, size),
                motion_of_fit(rig, fit, face),
                inside,
                known,
            )
        )
    return found


def motion_of_fit(rig: HeadRig, fit: HeadFit, face: FaceInCanvas) -> Motion:
    """The Motion that places an avatar's head as a fit of that head to another picture of the same camera."""
    motion, camera = Motion.neutral(), rig.camera
    motion.pose[:3] = angles(fit.rotation)
    pivot = fit.rotation @ camera.pivot + fit.translation
    motion.pose[3:6] = (pivot - camera.pivot_rest) / camera.unit
    motion.expression[:] = fit.expression
    motion.gaze[:] = _gaze(rig, fit, face.landmarks)
    return motion


def _gaze(rig: HeadRig, fit: HeadFit, landmarks: NDArray[np.float32]) -> NDArray[np.float64]:
    """Yaw and pitch of the eyes, radians: where the irises' centres lie on the eyeballs, mean of both."""
    turns = []
    for side in (0, 1):
        centre = rig.eye_centres[side]
        radius = float(np.linalg.norm(rig.neutral[rig.model.eyeball(side)] - centre, axis=1).mean())
        rest = fit.to_rest(centre[None])
        unit = float(-rest[0, 2] - radius) / fit.focal
        x, y = (landmarks[IRIS_CENTRE[side]] - fit.to_picture(rest)[0]) * (unit / radius)
        turned = fit.rotation.T @ np.array([x, -y, np.sqrt(max(0.0, 1.0 - x * x - y * y))])
        turns.append((np.arctan2(turned[0], turned[2]), np.arcsin(np.clip(turned[1], -1, 1))))
    return np.asarray(np.clip(np.mean(turns, axis=0), -MOST_GAZE, MOST_GAZE), np.float64)


def _is_seen(moment: Moment) -> bool:
    pose = head_pose(moment.face.transform)
    return bool(max(abs(pose.yaw), abs(pose.pitch)) <= np.radians(MOST_TURNED_DEG))


def _outline(face: FaceInCanvas, size: int) -> NDArray[np.int32]:
    """The face's outline (N, 2), pixels."""
    outline: Sequence[int] = list(FACE_OVAL)
    return np.round((face.landmarks[outline] + 0.5) * size).astype(np.int32)
