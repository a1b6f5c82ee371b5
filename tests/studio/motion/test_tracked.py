from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from protocol.blendshapes import INDEX
from protocol.channels import EMOTIONS
from protocol.messages import ControlMessage, LayerName
from protocol.take import TakeWriter
from studio.errors import StudioError
from studio.motion.tracked import TrackedMotion, take_messages, video_messages

SECOND = 1_000_000_000


def message(layer: LayerName, **values: float) -> ControlMessage:
    return ControlMessage(layer=layer, source="test", values=values)


@pytest.fixture
def take(tmp_path: Path) -> Path:
    """Three seconds: the head turns from 0 to 0.3 rad, the jaw is half open, and the face smiles."""
    path = tmp_path / "take.mcap"
    with TakeWriter(path) as writer:
        for k in range(91):
            now = 5 * SECOND + k * SECOND // 30
            writer.write(message("pose", yaw=0.3 * k / 90, x=0.1), now)
            writer.write(message("expression", jawOpen=0.5, mouthSmileLeft=0.8, mouthSmileRight=0.8), now)
            writer.write(message("gaze", yaw=-0.2, pitch=0.1), now)
            writer.write(message("emotion", happy=0.6), now)
    return path


def test_a_face_follows_the_values_of_a_take(take: Path) -> None:
    motion = TrackedMotion(take_messages(take))
    assert motion.duration_s == pytest.approx(3.0, abs=0.05)
    first, middle, last = (motion.at(t) for t in (0.0, 1.5, 3.0))
    assert first.articulation[INDEX["jawOpen"]] == pytest.approx(0.5, abs=0.02)  # no fade from rest
    assert first.pose.yaw == pytest.approx(0.0, abs=0.02)
    assert middle.pose.yaw == pytest.approx(0.15, abs=0.03)
    assert last.pose.yaw == pytest.approx(0.3, abs=0.03)
    assert last.pose.x == pytest.approx(4.5, abs=0.1)  # a tenth of 45 cm
    assert middle.gaze == pytest.approx((-0.2, 0.1), abs=0.02)
    assert middle.emotion[EMOTIONS.index("happy")] == pytest.approx(0.6, abs=0.02)


def test_after_its_end_a_track_holds_its_last_frame(take: Path) -> None:
    motion = TrackedMotion(take_messages(take))
    assert motion.at(99.0).pose == motion.at(motion.duration_s).pose


def test_without_emotion_removes_the_smile_and_keeps_speech(take: Path) -> None:
    frame = TrackedMotion(take_messages(take), without_emotion=True).at(2.0)
    assert frame.articulation[INDEX["jawOpen"]] == pytest.approx(0.5, abs=0.02)
    assert frame.articulation[INDEX["mouthSmileLeft"]] < 0.02


def test_times_between_steps_are_interpolated() -> None:
    motion = TrackedMotion([(k / 60, message("pose", yaw=0.3 * k / 60)) for k in range(61)])
    yaw = [motion.at(t).pose.yaw for t in np.arange(0.2, 0.8, 1 / 240)]
    assert np.ptp(np.diff(yaw)) < 0.002


@pytest.mark.parametrize(("name", "content"), [("gone.mcap", None), ("text.mcap", b"this is no take")])
def test_a_file_that_is_not_a_take_is_an_error(tmp_path: Path, name: str, content: bytes | None) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StudioError, match=name):
        TrackedMotion(take_messages(path))


def test_a_track_without_messages_is_an_error() -> None:
    with pytest.raises(StudioError, match="no face"):
        TrackedMotion([])


def test_a_real_video_moves_a_face(shared: Path) -> None:
    pytest.importorskip("mediapipe")
    clip = shared / "media" / "driving" / "d0.mp4"
    motion = TrackedMotion(video_messages(clip, shared / "models" / "face_landmarker.task"))
    assert motion.duration_s > 2.5
    smile = [motion.at(t).articulation[INDEX["mouthSmileLeft"]] for t in np.arange(0, 3, 0.1)]
    assert smile[0] < 0.2
    assert max(smile) > 0.5  # he smiles in the middle of it
