from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bridge.observation import Observation
from bridge.trackers import video as video_module
from bridge.trackers.face import FaceObserver, load_landmarker
from bridge.trackers.picture_tracker import TrackedPicture
from bridge.trackers.video import VideoTracker
from tests.vision.timed_videos import write_video
from vision.landmarker import FaceLandmarker
from vision.video_file import VideoFile

pytest.importorskip("av")

FRAMES = 78  # of d0.mp4, at 25 fps
BEGIN_NS = 1_700_000_000_000_000_000


@pytest.fixture
def landmarker(shared: Path) -> Iterator[FaceLandmarker]:
    pytest.importorskip("mediapipe")
    with load_landmarker(shared / "models" / "face_landmarker.task") as landmarker:
        yield landmarker


class Clock(threading.Event):
    """Stands for the module `time` and for the stop event: a wait ends when it should, and takes no time."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 100.0

    def monotonic(self) -> float:
        return self.now_s

    def time_ns(self) -> int:
        return BEGIN_NS + round((self.now_s - 100.0) * 1e9)

    def wait(self, timeout: float | None = None) -> bool:
        self.now_s += timeout or 0.0
        return self.is_set()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(video_module, "time", made)
    return made


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


def grey_of(picture: np.ndarray) -> int:
    """Which of `write_video`'s pictures it is."""
    return round((float(picture.mean()) - 20) / 8)


def tracker(shared: Path, landmarker: FaceLandmarker, stop: threading.Event, *, loop: bool) -> VideoTracker:
    video = VideoFile(shared / "media" / "driving" / "d0.mp4")
    return VideoTracker(video, FaceObserver(landmarker, source="video"), loop=loop, stop=stop)


def test_frames_are_skipped_rather_than_late(tmp_path: Path, clock: Clock) -> None:
    video = VideoFile(write_video(tmp_path / "a.mkv", range(0, 1000, 40)))
    clip = VideoTracker(video, Observer(), stop=clock)  # type: ignore[arg-type]
    seen = []
    for tracked in clip:
        assert tracked.picture is not None
        seen.append((grey_of(tracked.picture), tracked.dropped, round(tracked.time_s, 3)))
        assert tracked.observation.receive_time_ns == pytest.approx(BEGIN_NS + tracked.time_s * 1e9, abs=2000)
        clock.now_s += 0.21875  # 5.5 frames
    clip.close()
    clip.close()
    # Frame 0 is done at 0.21875 s: frame 5 is on the screen, and so on; the last frame is never skipped.
    assert seen == [(0, 0, 0.0), (5, 4, 0.2), (10, 4, 0.4), (16, 5, 0.64), (21, 4, 0.84), (24, 2, 0.96)]


def test_looped_video_restarts_and_time_only_rises(
    shared: Path, landmarker: FaceLandmarker, clock: Clock
) -> None:
    stop = clock
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


def test_frames_are_given_at_their_own_times_and_again_while_they_stay_on_the_screen(
    tmp_path: Path, clock: Clock
) -> None:
    video = VideoFile(write_video(tmp_path / "a.mkv", [0, 400, 1500, 1900]))
    clip = VideoTracker(video, Observer(), loop=False, stop=clock)  # type: ignore[arg-type]
    given: dict[int, list[float]] = {}
    for tracked in clip:
        assert tracked.picture is not None
        assert clock.now_s - 100.0 == pytest.approx(tracked.time_s)
        given.setdefault(grey_of(tracked.picture), []).append(tracked.time_s)
    clip.close()
    assert {k: times_s[0] for k, times_s in given.items()} == pytest.approx({0: 0.0, 1: 0.4, 2: 1.5, 3: 1.9})
    long = given[1]
    assert max(np.diff([*long, 1.5])) < clip.ttl_s  # the face never expires between
