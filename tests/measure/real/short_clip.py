"""The first pictures of a real clip as a file of their own, and the landmarker's model for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.vision.timed_videos import write_video
from vision.video_file import VideoFile


def short_clip(shared: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, count: int = 6) -> Path:
    """Write it; skips the test where MediaPipe is missing."""
    pytest.importorskip("mediapipe")
    monkeypatch.setenv("OMOTE_FACE_LANDMARKER", str(shared / "models" / "face_landmarker.task"))
    with VideoFile(shared / "media" / "driving" / "d0.mp4") as video:
        pictures = [picture for _ in range(count) if (picture := video.read()) is not None]
    times_ms = [40 * k for k in range(count)]
    size = (pictures[0].shape[1], pictures[0].shape[0])
    return write_video(folder / "d0.avi", times_ms, codec="mjpeg", size=size, pictures=pictures)
