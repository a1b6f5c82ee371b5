from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.trackers.face import FaceObserver, load_landmarker
from bridge.trackers.video import VideoTracker
from vision.landmarker import FaceLandmarker
from vision.video_file import VideoFile

pytest.importorskip("mediapipe")

FRAMES = 78  # of d0.mp4, at 25 fps


@pytest.fixture
def landmarker(shared: Path) -> Iterator[FaceLandmarker]:
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
    assert list(tracker(shared, landmarker, stop, loop=True)) == []
