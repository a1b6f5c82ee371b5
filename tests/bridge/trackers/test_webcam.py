"""A video file stands in for the camera: to OpenCV both are a capture, this one faster than any camera."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from bridge.errors import CameraError
from bridge.trackers.face import FaceObserver, load_landmarker
from bridge.trackers.picture_tracker import TrackedPicture
from bridge.trackers.webcam import Webcam, WebcamTracker, open_webcam

pytest.importorskip("mediapipe")
cv2 = pytest.importorskip("cv2")


@pytest.fixture
def webcam(shared: Path) -> Webcam:
    return Webcam(cv2.VideoCapture(str(shared / "media" / "driving" / "d3.mp4")), "camera 7")


def test_newest_picture_is_measured_and_the_others_are_counted(shared: Path, webcam: Webcam) -> None:
    landmarker = load_landmarker(shared / "models" / "face_landmarker.task")
    observer = FaceObserver(landmarker, source="webcam")
    tracker = WebcamTracker(webcam, observer, stop=threading.Event(), silent_s=0.3)
    seen: list[TrackedPicture] = []
    with pytest.raises(CameraError, match=r"camera 7 has given no picture for 0\.3 s"):
        seen.extend(tracker)
    tracker.close()
    tracker.close()
    assert all(tracked.is_face for tracked in seen)
    times_ns = [tracked.observation.receive_time_ns for tracked in seen]
    assert times_ns == sorted(set(times_ns))
    # Pictures before the first measurement do not count as skipped.
    assert 200 <= len(seen) + sum(tracked.dropped for tracked in seen) <= 354


def test_slot_holds_one_picture_and_waiting_is_bounded(webcam: Webcam) -> None:
    first = webcam.next(0, timeout_s=5.0)
    assert first is not None
    end = time.monotonic() + 30.0
    while (newest := webcam.next(353, timeout_s=0.05)) is None:
        assert time.monotonic() < end
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
