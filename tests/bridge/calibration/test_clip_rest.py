from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bridge.calibration.clip_rest import median_rest, without_learned_rest
from bridge.calibration.profile import load_profile
from bridge.trackers.face import load_landmarker
from vision.video_file import VideoFile


def test_rest_of_a_clip_holds_the_cameras_angle_and_the_video_is_rewound(shared: Path) -> None:
    pytest.importorskip("mediapipe")
    with (
        load_landmarker(shared / "models" / "face_landmarker.task") as landmarker,
        VideoFile(shared / "media" / "driving" / "d0.mp4") as video,
    ):
        first = video.read()
        video.rewind()
        rest = median_rest(video, landmarker, load_profile())
        assert np.array_equal(video.read(), first)
    assert rest is not None
    assert rest.pose[1] == pytest.approx(-0.06, abs=0.03)  # the camera is a little above the face


class EmptyVideo:
    """A video without pictures."""

    fps = 25.0

    def __init__(self) -> None:
        self.rewound = 0

    def read(self) -> None:
        return None

    def rewind(self) -> None:
        self.rewound += 1


def test_video_without_a_face_has_no_rest() -> None:
    video = EmptyVideo()
    assert median_rest(video, None, load_profile()) is None  # type: ignore[arg-type]
    assert video.rewound == 1


def test_profile_without_learned_rest_learns_only_positions() -> None:
    profile = load_profile()
    without = without_learned_rest(profile)
    assert profile.learn.max() > 0.0
    assert without.learn.max() == 0.0
    assert without.pose_learn[:3].tolist() == [0.0, 0.0, 0.0]
    assert np.array_equal(without.pose_learn[3:], profile.pose_learn[3:])
    assert np.array_equal(without.full, profile.full)
