from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bridge.calibration.clip_rest import without_learned_rest
from bridge.calibration.profile import load_profile
from bridge.observation import Observation
from bridge.sending.source_messages import SourceMessages
from bridge.trackers.clip import ClipFrame, landmarked_frames, observed_clip, tracked_clip
from bridge.trackers.face import FaceMessages, load_landmarker
from bridge.trackers.picture_tracker import TrackedPicture
from protocol.blendshapes import INDEX
from tests.vision.timed_videos import write_video
from vision.landmarker import FaceObservation
from vision.video_file import VideoFile

FACE = FaceObservation(np.zeros((478, 3), np.float32), np.zeros(52, np.float32), np.eye(4, dtype=np.float32))


class Video:
    """Three pictures at uneven times: the second is shown for two seconds."""

    TIMES_S = (0.0, 0.05, 2.05, 2.1)

    def __init__(self) -> None:
        self._read = 0
        self.time_s = self.end_s = 0.0

    def read(self) -> np.ndarray | None:
        if self._read == 3:
            return None
        self.time_s, self.end_s = self.TIMES_S[self._read : self._read + 2]
        self._read += 1
        return np.full((2, 2, 3), self._read - 1, np.uint8)


class Landmarker:
    """Finds a face in every picture but the third, and keeps the times it was given."""

    def __init__(self) -> None:
        self.times_ms: list[int] = []

    def detect(self, picture: np.ndarray, time_ms: int) -> list[FaceObservation]:
        self.times_ms.append(time_ms)
        return [] if picture[0, 0, 0] == 2 else [FACE]


def test_frames_have_their_times_pictures_and_faces() -> None:
    landmarker = Landmarker()
    found = list(landmarked_frames(Video(), landmarker))  # type: ignore[arg-type]
    assert [frame.time_s for frame in found] == [0.0, 0.05, 2.05]
    assert [frame.end_s for frame in found] == [0.05, 2.05, 2.1]
    assert [int(frame.picture[0, 0, 0]) for frame in found] == [0, 1, 2]
    assert [frame.face is FACE for frame in found] == [True, True, False]
    assert landmarker.times_ms == [0, 50, 2050]


def test_frame_without_a_face_has_no_messages() -> None:
    face = FaceMessages(load_profile(), source="clip")
    clip = list(tracked_clip(Video(), Landmarker(), face))  # type: ignore[arg-type]
    assert [len(frame.messages) for frame in clip] == [3, 3, 0]


def test_messages_live_as_long_as_their_frame_is_shown() -> None:
    face = FaceMessages(load_profile(), source="clip")
    clip = list(tracked_clip(Video(), Landmarker(), face))  # type: ignore[arg-type]
    usual_s = clip[0].messages[0].ttl_s
    assert usual_s < 0.5
    assert [message.ttl_s for message in clip[1].messages] == [2.0 + usual_s] * 3


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


def test_another_tracker_of_pictures_gives_frames_alike() -> None:
    class Observer:
        """Sees a jaw that opens; no face in the third picture."""

        source = "own"

        def measure(self, picture: np.ndarray, *, time_s: float, capture_time_ns: int) -> TrackedPicture:
            expression = np.full(52, np.nan)
            expression[INDEX["jawOpen"]] = 0.1 + time_s / 10
            seen = Observation(self.source, is_face=picture[0, 0, 0] != 2, expression=expression)
            return TrackedPicture(seen, time_s, 0.0)

    profile = without_learned_rest(load_profile(tracker="omote"))
    messages = SourceMessages(profile, source="clip")
    clip = list(observed_clip(Video(), Observer(), messages))  # type: ignore[arg-type]
    assert [frame.time_s for frame in clip] == [0.0, 0.05, 2.05]
    assert [len(frame.messages) for frame in clip] == [1, 1, 0]
    (message,) = clip[1].messages
    assert (message.layer, message.source) == ("expression", "clip")
    assert message.ttl_s > 2.0  # lives as long as its frame is shown


def test_frames_of_a_file_have_the_times_that_it_says(tmp_path: Path) -> None:
    pytest.importorskip("av")
    times_ms = (0, 33, 1033, 1100, 4000)
    landmarker = Landmarker()
    with VideoFile(write_video(tmp_path / "a.mkv", times_ms)) as video:
        found = list(landmarked_frames(video, landmarker))  # type: ignore[arg-type]
    assert [round(frame.time_s * 1000) for frame in found] == list(times_ms)
    assert [round(frame.end_s * 1000) for frame in found][:-1] == list(times_ms[1:])
