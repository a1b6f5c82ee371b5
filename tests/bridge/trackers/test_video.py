from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bridge.observation import Observation
from bridge.trackers.face import FaceObserver, load_landmarker
from bridge.trackers.picture_tracker import TrackedPicture
from bridge.trackers.video import VideoTracker
from tests.vision.timed_videos import write_video
from vision.landmarker import FaceLandmarker
from vision.video_file import VideoFile

pytest.importorskip("av")

FRAMES = 78  # of d0.mp4, at 25 fps


@pytest.fixture
def landmarker(shared: Path) -> Iterator[FaceLandmarker]:
    pytest.importorskip("mediapipe")
    with load_landmarker(shared / "models" / "face_landmarker.task") as landmarker:
        yield landmarker


def tracker(shared: Path, landmarker: FaceLandmarker, stop: threading.Event, *, loop: bool) -> VideoTracker:
    video = VideoFile(shared / "media" / "driving" / "d0.mp4")
    return VideoTracker(video, FaceObserver(landmarker, source="video"), loop=loop, stop=stop)


def test_frames_are_skipped_rather_than_late(shared: Path, landmarker: FaceLandmarker) -> None:
    measured = dropped = 0
    worst_late_s = 0.0
    clip = tracker(shared, landmarker, threading.Event(), loop=False)
    for tracked in clip:
        worst_late_s = max(worst_late_s, time.time() - tracked.observation.receive_time_ns / 1e9)
        measured += 1
        dropped += tracked.dropped
        time.sleep(0.2)  # five frames long
    clip.close()
    clip.close()
    assert measured + dropped <= FRAMES
    assert dropped > measured
    # Not one frame's lateness was carried over to the next: 15 of them would be 2.4 s.
    assert worst_late_s < 1.0


def test_looped_video_restarts_and_time_only_rises(shared: Path, landmarker: FaceLandmarker) -> None:
    stop = threading.Event()
    clip = tracker(shared, landmarker, stop, loop=True)
    seen = 0
    newest_ns = 0
    for tracked in clip:
        seen += 1 + tracked.dropped
        assert tracked.is_face
        assert tracked.observation.receive_time_ns > newest_ns
        newest_ns = tracked.observation.receive_time_ns
        if seen > FRAMES + 5:
            stop.set()
    clip.close()
    assert seen > FRAMES + 5


def test_stop_ends_the_iteration_at_once(shared: Path, landmarker: FaceLandmarker) -> None:
    stop = threading.Event()
    stop.set()
    clip = tracker(shared, landmarker, stop, loop=True)
    assert list(clip) == []
    clip.close()


class Observer:
    """Finds the same face in every picture, without a model."""

    source = "video"

    def measure(
        self, picture: np.ndarray, *, time_s: float, capture_time_ns: int, dropped: int
    ) -> TrackedPicture:
        observation = Observation("video", receive_time_ns=capture_time_ns)
        return TrackedPicture(observation, time_s, 0.0, dropped, picture)

    def close(self) -> None:
        pass


def test_frames_are_given_at_their_own_times_and_again_while_they_stay_on_the_screen(tmp_path: Path) -> None:
    video = VideoFile(write_video(tmp_path / "a.mkv", [0, 400, 1500, 1900]))
    clip = VideoTracker(video, Observer(), loop=False, stop=threading.Event())  # type: ignore[arg-type]
    given: dict[int, list[float]] = {}
    for tracked in clip:
        assert tracked.picture is not None
        given.setdefault(round((float(tracked.picture.mean()) - 20) / 8), []).append(tracked.time_s)
    clip.close()
    assert {k: times_s[0] for k, times_s in given.items()} == pytest.approx({0: 0.0, 1: 0.4, 2: 1.5, 3: 1.9})
    long = given[1]
    assert max(np.diff([*long, 1.5])) < clip.ttl_s  # the face never expires between
