from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bridge.calibration.profile import load_profile
from bridge.trackers.clip import ClipFrame, landmarked_frames, tracked_clip
from bridge.trackers.face import FaceMessages, load_landmarker
from vision.landmarker import FaceObservation
from vision.video_file import VideoFile

FACE = FaceObservation(np.zeros((478, 3), np.float32), np.zeros(52, np.float32), np.eye(4, dtype=np.float32))


class Video:
    """Three pictures at 20 fps."""

    fps = 20.0

    def __init__(self) -> None:
        self._pictures = [np.full((2, 2, 3), level, np.uint8) for level in range(3)]

    def read(self) -> np.ndarray | None:
        return self._pictures.pop(0) if self._pictures else None


class Landmarker:
    """Finds a face in every picture but the second, and keeps the times it was given."""

    def __init__(self) -> None:
        self.times_ms: list[int] = []

    def detect(self, picture: np.ndarray, time_ms: int) -> list[FaceObservation]:
        self.times_ms.append(time_ms)
        return [] if picture[0, 0, 0] == 1 else [FACE]


def test_frames_have_their_times_pictures_and_faces() -> None:
    landmarker = Landmarker()
    found = list(landmarked_frames(Video(), landmarker))  # type: ignore[arg-type]
    assert [frame.time_s for frame in found] == pytest.approx([0.0, 0.05, 0.1])
    assert [int(frame.picture[0, 0, 0]) for frame in found] == [0, 1, 2]
    assert [frame.face is FACE for frame in found] == [True, False, True]
    assert landmarker.times_ms == [0, 50, 100]


def test_frame_without_a_face_has_no_messages() -> None:
    face = FaceMessages(load_profile(), source="clip")
    clip = list(tracked_clip(Video(), Landmarker(), face))  # type: ignore[arg-type]
    assert [len(frame.messages) for frame in clip] == [3, 0, 3]


def test_every_frame_of_a_clip_is_tracked_deterministically(shared: Path) -> None:
    pytest.importorskip("mediapipe")
    model = shared / "models" / "face_landmarker.task"

    def track() -> list[ClipFrame]:
        landmarker = load_landmarker(model)
        face = FaceMessages(load_profile(), source="clip")
        with VideoFile(shared / "media" / "driving" / "d0.mp4") as video:
            tracked = list(tracked_clip(video, landmarker, face))
        landmarker.close()
        return tracked

    first, second = track(), track()
    assert len(first) == 78
    assert [frame.time_s for frame in first] == pytest.approx([number / 25 for number in range(78)])
    assert all(len(frame.messages) == 3 for frame in first)
    assert [frame.messages for frame in first] == [frame.messages for frame in second]
