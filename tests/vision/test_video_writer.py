from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.vision.sound_files import click, heard, onset_s, write_sound
from vision.errors import VideoError
from vision.sound_track import ClipSound
from vision.video_codecs import FORMATS
from vision.video_file import VideoFile
from vision.video_writer import BACKDROP, carries_sound, open_writer, over_backdrop

cv2 = pytest.importorskip("cv2")
av = pytest.importorskip("av")

#: Ending -> container as FFmpeg reads it, codec of the pictures, of the sound.
WRITTEN = {
    ".mp4": ("mp4", "h264", "aac"),
    ".m4v": ("mp4", "h264", "aac"),
    ".mov": ("mov", "prores", "pcm_s16le"),
    ".webm": ("webm", "vp9", "opus"),
    ".avi": ("avi", "mjpeg", "pcm_s16le"),
}


def picture(number: int, height: int = 64, width: int = 96) -> np.ndarray:
    """Left half opaque and of one colour a number, right half transparent."""
    pixels = np.zeros((height, width, 4), np.uint8)
    pixels[:, : width // 2] = (200, 20 * number, 30, 255)
    return pixels


@pytest.mark.parametrize("ending", sorted(FORMATS))
def test_video_is_read_back_with_its_frames_rate_and_colours(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out{ending}"
    with open_writer(path, fps=25.0) as writer:
        for number in range(6):
            writer.write(picture(number))
    keeps_alpha = ending in (".webm", ".mov")
    with VideoFile(path) as video:
        assert video.size == (96, 64)
        assert video.fps == pytest.approx(25.0, rel=0.01)
        for number in range(6):
            read = video.read()
            assert read is not None
            assert read[8:-8, 8:40].mean(axis=(0, 1)) == pytest.approx([200, 20 * number, 30], abs=6)
            behind = 0 if keeps_alpha else BACKDROP
            assert read[8:-8, 56:-8].mean(axis=(0, 1)) == pytest.approx([behind] * 3, abs=6)
        assert video.read() is None


def pictures_of(path: Path) -> list[Any]:
    """The decoded frames, of a WebM with its alpha: FFmpeg's own decoder of VP9 passes that over."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        if stream.codec_context.name != "vp9":
            return list(container.decode(stream))
        decoder = av.codec.CodecContext.create("libvpx-vp9", "r")
        return [
            frame for packet in container.demux(stream) if packet.size for frame in decoder.decode(packet)
        ]


@pytest.mark.parametrize("ending", [".webm", ".mov"])
def test_alpha_is_read_back(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out{ending}"
    soft = picture(3)
    soft[20:40, 60:80, 3] = 128
    with open_writer(path, fps=25.0) as writer:
        for _ in range(3):
            writer.write(soft)
    frames = pictures_of(path)
    assert len(frames) == 3
    for frame in frames:
        alpha = frame.reformat(format="rgba").to_ndarray()[..., 3].astype(int)
        assert np.abs(alpha - soft[..., 3]).mean() < 2
        assert alpha[30, 70] == pytest.approx(128, abs=4)
    if ending == ".webm":  # what browsers and OBS look for
        with av.open(str(path)) as container:
            assert container.streams.video[0].metadata["alpha_mode"] == "1"


@pytest.mark.parametrize("ending", [".webm", ".mov"])
def test_opaque_pictures_get_no_alpha(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out{ending}"
    with open_writer(path, fps=25.0) as writer:
        writer.write(np.full((64, 64, 4), 255, np.uint8))
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert "a" not in stream.codec_context.pix_fmt[:4]
        assert "alpha_mode" not in stream.metadata


@pytest.mark.parametrize("ending", sorted(FORMATS))
@pytest.mark.parametrize("layout", ["mono", "stereo"])
def test_codecs_and_lengths_of_picture_and_sound(tmp_path: Path, ending: str, layout: str) -> None:
    samples = np.repeat(click(0.5, 3.0), 1 if layout == "mono" else 2, axis=0)
    voice = write_sound(tmp_path / "v.flac", "flac", samples, layout=layout)
    path = tmp_path / f"out{ending}"
    with open_writer(path, fps=30.0, sound=ClipSound(voice)) as writer:
        for number in range(45):
            writer.write(picture(number % 10))
    with av.open(str(path)) as container:
        (video,), (audio,) = container.streams.video, container.streams.audio
        form, codec, sound = WRITTEN[ending]
        assert form in container.format.name
        assert video.codec_context.name == codec
        assert audio.codec_context.name.removeprefix("lib") == sound
        assert audio.codec_context.layout.nb_channels == len(samples)
        if ending != ".avi":
            assert (video.codec_context.colorspace, video.codec_context.color_range) == (1, 1)
        frames = list(container.decode(video))
        assert [round(frame.time * 30, 1) for frame in frames] == list(range(45))
        assert container.duration / 1e6 == pytest.approx(1.5, abs=0.03)
    played, rate = heard(path)
    assert len(played) / rate == pytest.approx(1.5, abs=0.03)  # cut where the pictures end


@pytest.mark.parametrize("ending", sorted(FORMATS))
@pytest.mark.parametrize(
    ("name", "codec"),
    [("v.mp3", "libmp3lame"), ("v.m4a", "aac"), ("v.ogg", "libopus"), ("v.wav", "pcm_s16le")],
)
def test_a_click_is_heard_with_its_flash(tmp_path: Path, ending: str, name: str, codec: str) -> None:
    voice = write_sound(tmp_path / name, codec, click(0.8, 1.2))
    path = tmp_path / f"out{ending}"
    with open_writer(path, fps=25.0, sound=ClipSound(voice)) as writer:
        for number in range(30):
            writer.write(np.full((32, 32, 4), 255 if number >= 20 else (0, 0, 0, 255), np.uint8))
    flash = next(frame for frame in pictures_of(path) if frame.to_ndarray(format="gray").mean() > 128)
    assert flash.time == pytest.approx(0.8, abs=0.002)
    assert onset_s(*heard(path)) == pytest.approx(flash.time, abs=0.005)


@pytest.mark.parametrize("ending", sorted(FORMATS))
def test_the_same_pictures_and_sound_give_the_same_bytes(tmp_path: Path, ending: str) -> None:
    voice = write_sound(tmp_path / "v.wav", "pcm_s16le", click(0.1, 0.3))
    for name in ("one", "two"):
        with open_writer(tmp_path / f"{name}{ending}", fps=25.0, sound=ClipSound(voice)) as writer:
            for number in range(8):
                writer.write(picture(number))
    assert (tmp_path / f"one{ending}").read_bytes() == (tmp_path / f"two{ending}").read_bytes()


def test_sound_that_ends_early_leaves_the_pictures(tmp_path: Path) -> None:
    voice = write_sound(tmp_path / "v.wav", "pcm_s16le", click(0.1, 0.5))
    path = tmp_path / "out.mp4"
    with open_writer(path, fps=25.0, sound=ClipSound(voice)) as writer:
        for number in range(50):
            writer.write(picture(number % 10))
    assert len(pictures_of(path)) == 50
    played, rate = heard(path)
    assert len(played) / rate == pytest.approx(0.5, abs=0.03)


def test_sound_that_cannot_be_read_is_said_before_the_file_is_made(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"gone\.mp3"):
        open_writer(tmp_path / "out.mp4", fps=25.0, sound=ClipSound(tmp_path / "gone.mp3"))
    assert not (tmp_path / "out.mp4").exists()


def test_which_outputs_carry_sound(tmp_path: Path) -> None:
    assert [carries_sound(tmp_path / name) for name in ("a.mp4", "a.webm", "frames", "f_%03d.png")] == [
        True, True, False, False,
    ]  # fmt: skip


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
