"""A script stands in for the camera, or a video file: to OpenCV both are a capture, this one faster than any camera."""

from __future__ import annotations

import threading
from collections import deque
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from bridge.errors import CameraError
from bridge.observation import Observation
from bridge.trackers.face import FaceObserver, load_landmarker
from bridge.trackers.frozen_picture import FrozenPicture
from bridge.trackers.picture_tracker import TrackedPicture
from bridge.trackers.webcam import Webcam, WebcamTracker, open_webcam
from tests.waiting import until

pytest.importorskip("mediapipe")
cv2 = pytest.importorskip("cv2")


@pytest.fixture
def webcam(shared: Path) -> Webcam:
    return Webcam(cv2.VideoCapture(str(shared / "media" / "driving" / "d3.mp4")), "camera 7")


class ScriptedCapture:
    """A camera whose pictures the test takes: picture k is grey k."""

    def __init__(self) -> None:
        self.waiting: deque[int] = deque()

    def read(self) -> tuple[bool, np.ndarray | None]:
        if not self.waiting:
            return False, None
        return True, np.full((4, 4, 3), self.waiting.popleft(), np.uint8)

    def release(self) -> None:
        self.waiting.clear()


class Observer:
    """Finds the same face in every picture, without a model."""

    source = "webcam"

    def measure(
        self, picture: np.ndarray, *, time_s: float, capture_time_ns: int, dropped: int
    ) -> TrackedPicture:
        observation = Observation("webcam", receive_time_ns=capture_time_ns)
        return TrackedPicture(observation, time_s, 0.0, dropped, picture)

    def close(self) -> None:
        """Holds nothing."""


def test_newest_picture_is_measured_and_the_others_are_counted() -> None:
    capture = ScriptedCapture()
    webcam = Webcam(capture, "camera 7")
    tracker = WebcamTracker(webcam, Observer(), stop=threading.Event(), silent_s=0.3)  # type: ignore[arg-type]
    pictures = iter(tracker)

    def tracked_after(numbers: range) -> TrackedPicture:
        """The next measurement, begun when the camera has given these pictures."""
        capture.waiting.extend(numbers)
        until(lambda: webcam.next(numbers[-1] - 1, timeout_s=0.1))
        return next(pictures)

    seen = [tracked_after(range(1, 4)), tracked_after(range(4, 9)), tracked_after(range(9, 10))]
    # Pictures before the first measurement do not count as skipped.
    assert [(int(one.picture[0, 0, 0]), one.dropped) for one in seen if one.picture is not None] == [
        (3, 0),
        (8, 4),
        (9, 0),
    ]
    times_ns = [one.observation.receive_time_ns for one in seen]
    assert times_ns == sorted(set(times_ns))
    with pytest.raises(CameraError, match=r"camera 7 has given no picture for 0\.3 s"):
        next(pictures)
    tracker.close()
    tracker.close()


def test_a_camera_that_repeats_a_picture_shows_no_face_until_one_differs() -> None:
    capture = ScriptedCapture()
    tracker = WebcamTracker(
        Webcam(capture, "camera 7"),
        Observer(),  # type: ignore[arg-type]
        stop=threading.Event(),
        is_frozen=FrozenPicture(frozen_ns=0),
    )
    pictures = iter(tracker)

    def measured(number: int) -> TrackedPicture:
        capture.waiting.append(number)
        return next(pictures)

    seen = [measured(number) for number in (1, 2, 2, 2, 3)]
    assert [one.is_face for one in seen] == [True, True, False, False, True]
    assert seen[2].observation.why_lost == "the camera repeats one picture"
    assert seen[2].observation.receive_time_ns > seen[1].observation.receive_time_ns
    assert seen[2].picture is not None  # the preview shows what the camera gives
    tracker.close()


def test_faces_are_found_in_a_camera_s_pictures(shared: Path, webcam: Webcam) -> None:
    landmarker = load_landmarker(shared / "models" / "face_landmarker.task")
    tracker = WebcamTracker(webcam, FaceObserver(landmarker, source="webcam"), stop=threading.Event())
    seen = list(islice(tracker, 3))
    tracker.close()
    assert all(tracked.is_face for tracked in seen)
    assert [one.time_s for one in seen] == sorted(one.time_s for one in seen)


def test_slot_holds_one_picture_and_waiting_is_bounded(webcam: Webcam) -> None:
    first = until(lambda: webcam.next(0, timeout_s=5.0))
    newest = until(lambda: webcam.next(353, timeout_s=0.05))
    assert newest.number == 354
    assert newest.capture_time_ns > first.capture_time_ns
    assert webcam.next(354, timeout_s=0.05) is None
    webcam.close()
    webcam.close()


def test_missing_camera_lists_every_backend_tried() -> None:
    with pytest.raises(
        CameraError, match=r"camera 9731 cannot be used \(.*does not open.*any: does not open"
    ):
        open_webcam(9731)
