"""A video file stands in for the camera: to OpenCV both are a capture, this one faster than any camera."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from bridge.calibration import load_profile
from bridge.errors import CameraError
from bridge.trackers.face import FaceMessages, load_landmarker
from bridge.trackers.webcam import Webcam, WebcamTracker, open_webcam

pytest.importorskip("mediapipe")
cv2 = pytest.importorskip("cv2")


@pytest.fixture
def webcam(shared: Path) -> Webcam:
    return Webcam(cv2.VideoCapture(str(shared / "media" / "driving" / "d3.mp4")), "camera 7")


def test_newest_picture_is_measured_and_the_others_are_counted(shared: Path, webcam: Webcam) -> None:
    landmarker = load_landmarker(shared / "models" / "face_landmarker.task")
    tracker = WebcamTracker(
        webcam,
        landmarker,
        FaceMessages(load_profile(), source="webcam"),
        stop=threading.Event(),
        silent_s=0.3,
    )
    measured = dropped = 0
    last_ns = 0
    with pytest.raises(CameraError, match=r"camera 7 has given no picture for 0\.3 s"):
        for tracked in tracker:
            measured += 1
            dropped += tracked.dropped
            assert tracked.is_face
            assert tracked.messages[0].capture_time_ns > last_ns
            last_ns = tracked.messages[0].capture_time_ns
    tracker.close()
    tracker.close()
    assert measured >= 1
    assert measured + dropped <= 354  # what was there before the first measurement was never waited for
    assert measured + dropped >= 200


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


def test_camera_that_is_not_there_lists_what_was_tried() -> None:
    with pytest.raises(
        CameraError, match=r"camera 9731 cannot be used \(.*does not open.*any: does not open"
    ):
        open_webcam(9731)
