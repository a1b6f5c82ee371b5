from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bridge.calibration.profile import load_profile
from bridge.trackers.clip import ClipFrame, ahead, median_rest, tracked_clip, unlearned
from bridge.trackers.face import FaceMessages, load_landmarker
from vision.errors import VideoError
from vision.video_file import VideoFile

PICTURE = np.zeros((2, 2, 3), np.uint8)


def frames(count: int) -> Iterator[ClipFrame]:
    for number in range(count):
        yield ClipFrame(time_s=number / 10, picture=PICTURE, messages=())


def test_ahead_keeps_every_frame_and_their_order() -> None:
    assert [frame.time_s for frame in ahead(frames(200), depth=3)] == [n / 10 for n in range(200)]


def test_ahead_raises_an_error_after_the_frames_before_it() -> None:
    def broken() -> Iterator[ClipFrame]:
        yield from frames(4)
        raise VideoError("the disk went")

    tracked = ahead(broken(), depth=2)
    assert [next(tracked).time_s for _ in range(4)] == [0.0, 0.1, 0.2, 0.3]
    with pytest.raises(VideoError, match="the disk went"):
        next(tracked)


def test_ending_the_iteration_early_ends_the_thread() -> None:
    iterator = ahead(frames(10_000), depth=2)
    next(iterator)
    iterator.close()  # type: ignore[attr-defined]
    assert not [thread for thread in threading.enumerate() if thread.name == "tracking ahead"]


def test_every_frame_of_a_clip_is_tracked_deterministically(shared: Path) -> None:
    pytest.importorskip("mediapipe")
    model = shared / "models" / "face_landmarker.task"

    def track() -> list[ClipFrame]:
        landmarker = load_landmarker(model)
        face = FaceMessages(load_profile(), source="clip")
        with VideoFile(shared / "media" / "driving" / "d0.mp4") as video:
            tracked = list(ahead(tracked_clip(video, landmarker, face), depth=4))
        landmarker.close()
        return tracked

    first, second = track(), track()
    assert len(first) == 78
    assert [frame.time_s for frame in first] == pytest.approx([number / 25 for number in range(78)])
    assert all(len(frame.messages) == 3 for frame in first)
    assert [frame.messages for frame in first] == [frame.messages for frame in second]


def test_rest_of_a_whole_clip_and_profile_without_rest(shared: Path) -> None:
    pytest.importorskip("mediapipe")
    landmarker = load_landmarker(shared / "models" / "face_landmarker.task")
    with VideoFile(shared / "media" / "driving" / "d0.mp4") as video:
        rest = median_rest(video, landmarker, load_profile())
        assert video.read() is not None  # it is rewound
    landmarker.close()
    assert rest is not None
    assert rest.pose[1] == pytest.approx(-0.06, abs=0.03)  # the man's camera stands a little high
    assert unlearned(load_profile()).learn.max() == 0.0
