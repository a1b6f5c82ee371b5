from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from vision.errors import VideoError
from vision.video_file import VideoFile

cv2 = pytest.importorskip("cv2")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten frames at 20 fps, 64 wide, 48 high; frame k is grey k * 20, with a red left edge."""
    path = tmp_path_factory.mktemp("video") / "clip.mkv"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 20.0, (64, 48))
    for k in range(10):
        picture = np.full((48, 64, 3), k * 20, np.uint8)
        picture[:, :16] = (0, 0, 255)  # OpenCV writes BGR
        writer.write(picture)
    writer.release()
    return path


def brightness(picture: np.ndarray) -> float:
    return float(picture[:, 32:].mean())


def test_reads_every_frame_in_order(clip: Path) -> None:
    with VideoFile(clip) as video:
        assert (video.size, video.frame_count, video.fps) == ((64, 48), 10, 20.0)
        seen = []
        while (picture := video.read()) is not None:
            assert picture.shape == (48, 64, 3)
            assert picture.dtype == np.uint8
            seen.append(brightness(picture))
    assert seen == pytest.approx([k * 20 for k in range(10)], abs=4)


def test_pictures_are_rgb(clip: Path) -> None:
    with VideoFile(clip) as video:
        picture = video.read()
        assert picture is not None
        red, green, blue = picture[:, :12].reshape(-1, 3).mean(axis=0)
    assert red > 200
    assert max(green, blue) < 60


def test_skip_passes_over_frames_and_rewind_begins_again(clip: Path) -> None:
    with VideoFile(clip) as video:
        assert all(video.skip() for _ in range(4))
        fifth = video.read()
        assert fifth is not None
        assert brightness(fifth) == pytest.approx(80, abs=4)
        while video.skip():
            pass
        assert video.read() is None
        video.rewind()
        first = video.read()
        assert first is not None
        assert brightness(first) == pytest.approx(0, abs=4)


def test_close_may_be_called_twice(clip: Path) -> None:
    video = VideoFile(clip)
    video.close()
    video.close()


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"no file .*clip\.mp4"):
        VideoFile(tmp_path / "clip.mp4")


def test_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="is a folder"):
        VideoFile(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "0 bytes"), (b"hello, I am text\n" * 50, "cannot be read"), (None, "cannot be")],
)
def test_unreadable_file_says_what_to_do(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(os.urandom(5000) if content is None else content)
    with pytest.raises(VideoError, match=said):
        VideoFile(path)


def test_truncated_mp4_is_refused(tmp_path: Path, shared: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes((shared / "media" / "driving" / "d3.mp4").read_bytes()[:100_000])
    with pytest.raises(VideoError, match="cut off"):
        VideoFile(path)


def test_a_truncated_clip_gives_the_frames_it_has(tmp_path: Path, clip: Path) -> None:
    path = tmp_path / "broken.mkv"
    path.write_bytes(clip.read_bytes()[: int(clip.stat().st_size * 0.7)])
    with VideoFile(path) as video:
        count = 0
        while video.read() is not None:
            count += 1
    assert 1 <= count < 10
