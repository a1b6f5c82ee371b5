"""The rest of the person in a whole video, and a profile that needs none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bridge.calibration.profile import CalibrationProfile
from bridge.calibration.rest import Rest, rest_from
from bridge.observation import POSE_AXES
from bridge.trackers.clip import landmarked_frames, observed_frames
from bridge.trackers.face import observed
from bridge.trackers.picture_tracker import PictureObserver
from vision.head_pose import head_pose
from vision.landmarker import FaceLandmarker
from vision.video_file import VideoFile


def without_learned_rest(profile: CalibrationProfile) -> CalibrationProfile:
    """The profile without learning a person's rest: angles and coefficients as reported, positions relative."""
    no_angle = np.where(np.isfinite(profile.pose_learn), 0.0, profile.pose_learn)
    return replace(profile, learn=np.zeros_like(profile.learn), pose_learn=no_angle)


def median_rest(video: VideoFile, landmarker: FaceLandmarker, profile: CalibrationProfile) -> Rest | None:
    """The median of all faces in a video as rest, for a person who is not at rest at the start; rewinds the video.

    Returns:
        None when there is no face in the video.
    """
    faces = [frame.face for frame in landmarked_frames(video, landmarker) if frame.face is not None]
    video.rewind()
    if not faces:
        return None
    return rest_from(
        [observed(face, "clip").expression for face in faces],
        [np.array(head_pose(face.transform)) for face in faces],
        profile,
    )


def median_observed_rest(
    video: VideoFile, observer: PictureObserver, profile: CalibrationProfile
) -> Rest | None:
    """The same with any tracker of pictures."""
    seen = [frame.observation for frame in observed_frames(video, observer) if frame.observation.is_face]
    video.rewind()
    if not seen:
        return None
    poses = [np.array([one.pose[axis] for axis in POSE_AXES]) for one in seen]
    return rest_from([one.expression for one in seen], poses, profile)
