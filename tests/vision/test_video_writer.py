from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vision.errors import VideoError
from vision.video_file import VideoFile
from vision.video_writer import BACKDROP, CODECS, open_writer, over_backdrop

cv2 = pytest.importorskip("cv2")


def picture(number: int, height: int = 64, width: int = 96) -> np.ndarray:
    """Left half opaque and of one colour a number, right half transparent."""
    pixels = np.zeros((height, width, 4), np.uint8)
    pixels[:, : width // 2] = (200, 20 * number, 30, 255)
    return pixels


@pytest.mark.parametrize("ending", sorted(CODECS))
def test_video_is_read_back_with_its_frames_rate_and_colours(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out{ending}"
    with open_writer(path, fps=25.0) as writer:
        for number in range(6):
            writer.write(picture(number))
    with VideoFile(path) as video:
        assert video.size == (96, 64)
        assert video.fps == pytest.approx(25.0, rel=0.01)
        for number in range(6):
            read = video.read()
            assert read is not None
            assert read[8:-8, 8:40].mean(axis=(0, 1)) == pytest.approx([200, 20 * number, 30], abs=14)
            assert read[8:-8, 56:-8].mean(axis=(0, 1)) == pytest.approx([BACKDROP] * 3, abs=8)
        assert video.read() is None


def test_odd_sizes_lose_one_row_or_column(tmp_path: Path) -> None:
    with open_writer(tmp_path / "out.mp4", fps=10.0) as writer:
        writer.write(picture(1, height=65, width=97))
    with VideoFile(tmp_path / "out.mp4") as video:
        assert video.size == (96, 64)


@pytest.mark.parametrize(("name", "first"), [("frames", "00000.png"), ("f_%03d.png", "f_000.png")])
def test_pngs_keep_every_byte_and_the_alpha(tmp_path: Path, name: str, first: str) -> None:
    with open_writer(tmp_path / name, fps=25.0) as writer:
        for number in range(3):
            writer.write(picture(number))
    folder = tmp_path if "%" in name else tmp_path / name
    files = sorted(folder.glob("*.png"))
    assert files[0].name == first
    assert len(files) == 3
    for number, file in enumerate(files):
        read = cv2.cvtColor(cv2.imread(str(file), cv2.IMREAD_UNCHANGED), cv2.COLOR_BGRA2RGBA)
        assert np.array_equal(read, picture(number))


@pytest.mark.parametrize(
    ("name", "said"),
    [("out.gif", r"\.gif, expected one of \.mp4"), ("no/out.mp4", "no folder"), ("f_%03d.jpg", "PNGs")],
)
def test_names_that_cannot_be_written_are_explained(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(VideoError, match=said):
        open_writer(tmp_path / name, fps=25.0)


def test_alpha_compositing_agrees_with_exact_arithmetic() -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (40, 40, 4), np.uint8)
    alpha = pixels[..., 3:].astype(np.float64) / 255
    expected = pixels[..., :3] * alpha + BACKDROP * (1 - alpha)
    assert np.abs(over_backdrop(pixels) - expected).max() <= 0.5 + 1e-9
