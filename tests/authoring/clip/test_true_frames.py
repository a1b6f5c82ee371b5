"""Frames whose Motion is known: the avatar's own head, photographed by the definition of its camera."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from authoring.clip.bars import Bars
from authoring.clip.look import Clip
from authoring.clip.moment import Moment
from authoring.clip.true_frames import motion_of_fit, true_frames
from authoring.fit.clip_offsets import follow_neutral
from authoring.fit.face_in_canvas import FaceInCanvas
from authoring.portrait.canvas import Cut
from face.avatar import load_avatar
from face.landmarks import load_landmarks
from face.motion import Motion
from face.rig import HeadRig, load_rig
from protocol.blendshapes import INDEX
from runtime.avatars.builtin import builtin_avatars
from tests.authoring.clip.made_clips import clip_of
from tests.motions import motion
from vision.landmarker import FaceObservation

PLACES = load_landmarks()
SHOWN = (
    motion(),
    motion(pose_yaw=0.3, pose_pitch=-0.1, pose_roll=0.1, pose_x=0.04, pose_y=-0.03),
    motion(pose_yaw=-0.2, expression_jawOpen=0.5, pose_z=0.05),
)
SIZE = 128


@pytest.fixture(scope="module")
def rig() -> HeadRig:
    return load_rig(load_avatar(builtin_avatars()["teo"]))


def photographed(rig: HeadRig, shown: Motion) -> FaceInCanvas:
    head = rig.model.expressed(rig.neutral, shown.expression)
    points = rig.camera.project(rig.camera.seen(PLACES.of(head), shown))
    blendshapes = np.zeros(52, np.float32)
    blendshapes[INDEX["jawOpen"]] = shown.expression[INDEX["jawOpen"]]
    return FaceInCanvas(points, blendshapes)


@pytest.mark.parametrize("shown", SHOWN)
def test_the_motion_of_a_frame_is_found_again(rig: HeadRig, shown: Motion) -> None:
    face = photographed(rig, shown)
    fit = follow_neutral(rig.model, PLACES, rig.neutral, face)
    assert fit.rms_px < 1.0
    found = motion_of_fit(rig, fit, face)
    assert np.degrees(found.pose[:3]) == pytest.approx(np.degrees(shown.pose[:3]), abs=1.0)
    assert found.pose[3:5] == pytest.approx(shown.pose[3:5], abs=0.005)
    again = photographed(rig, found)
    assert np.abs(again.landmarks - face.landmarks).mean() * 512 < 1.0


def test_eyes_that_look_aside_are_seen(rig: HeadRig) -> None:
    face = photographed(rig, SHOWN[0])
    found = []
    for shift in (-0.004, 0.004):  # picture heights
        landmarks = face.landmarks.copy()
        landmarks[468:, 0] += shift
        fit = follow_neutral(rig.model, PLACES, rig.neutral, face)
        found.append(float(motion_of_fit(rig, fit, FaceInCanvas(landmarks, face.blendshapes)).gaze[0]))
    assert found[1] - found[0] > 0.1  # to the right of the picture: to the subject's left


def moment(
    rig: HeadRig, time_s: float, shown: Motion, *, noise: float = 0.0, sharpness: float = 100.0
) -> Moment:
    face = photographed(rig, shown)
    points = np.zeros((478, 3), np.float32)
    points[:, :2] = (face.landmarks + 0.5) * SIZE
    points[:, :2] += np.random.default_rng(1).normal(size=(478, 2)).astype(np.float32) * noise
    seen = FaceObservation(points, face.blendshapes, np.eye(4, dtype=np.float32))
    return Moment(time_s, seen, sharpness, 0.0, 0.0, 0.0)


def test_sharp_frames_that_the_head_fits_are_taken_as_they_are(rig: HeadRig, tmp_path: Path) -> None:
    pictures = [np.full((SIZE, SIZE, 3), 40 * number, np.uint8) for number in range(6)]
    path = clip_of(tmp_path / "clip.mkv", pictures)
    moments = (
        moment(rig, 0.0, SHOWN[0]),
        moment(rig, 0.2, SHOWN[1]),
        moment(rig, 0.4, SHOWN[0], sharpness=5.0),  # blurred
        moment(rig, 0.6, SHOWN[0], noise=4.0),  # 16 pixels at 512
        moment(rig, 0.8, SHOWN[2]),
    )
    clip = Clip(path, moments, (SIZE, SIZE), Bars(), 6, 1.0, ())
    frames = true_frames(clip, Cut(0.0, 0.0, SIZE), rig, size=64, most=20)
    assert [frame.time_s for frame in frames] == [0.0, 0.2, 0.8]
    for frame, number in zip(frames, (0, 1, 4), strict=True):
        assert np.abs(frame.picture.astype(int) - 40 * number).max() <= 3
        assert frame.picture.shape == (64, 64, 3)
        assert frame.known.all()
        assert 0.03 < frame.face.mean() < 0.5
    assert len(true_frames(clip, Cut(0.0, 0.0, SIZE), rig, size=64, most=2)) == 2
    aside = true_frames(clip, Cut(-SIZE / 2, 0.0, SIZE), rig, size=64, most=1)
    assert not aside[0].known[:, :31].any()
    assert aside[0].known[:, 33:].all()
    assert not (aside[0].face & ~aside[0].known).any()
    # the person is beside the avatar's square: nothing could be compared there
    assert true_frames(clip, Cut(-SIZE, 0.0, SIZE), rig, size=64, most=1) == []
