from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.vision.sound_files import RATE, click, onset_s, write_sound
from tests.vision.timed_videos import write_video
from vision.errors import VideoError
from vision.sound_track import ClipSound, SoundTrack, has_sound

pytest.importorskip("av")


def noise(channels: int, seconds: float, rate: int = RATE) -> np.ndarray:
    """(channels, N) float32, exact in 16 bits."""
    steps = np.random.default_rng(channels).integers(-20000, 20000, (channels, round(seconds * rate)))
    return (steps / 32768).astype(np.float32)


def read_all(path: Path, until_s: float, *, begin_s: float | None = None, step_s: float = 0.04) -> np.ndarray:
    """(channels, N): everything, a picture's length at a time."""
    with SoundTrack(ClipSound(path, begin_s)) as track:
        parts = [track.read_until(float(end)) for end in np.arange(step_s, until_s + step_s / 2, step_s)]
        assert track.read_until(until_s - 0.5).shape[1] == 0  # never backwards
    return np.concatenate(parts, axis=1)


@pytest.mark.parametrize("layout", ["mono", "stereo"])
def test_every_sample_comes_once_and_in_order(tmp_path: Path, layout: str) -> None:
    samples = noise(1 if layout == "mono" else 2, 1.0)
    path = write_sound(tmp_path / "s.flac", "flac", samples, layout=layout)
    for step_s in (0.04, 1 / 29.97, 0.5):
        read = read_all(path, 1.1, step_s=step_s)
        assert np.array_equal(read, samples)


def test_the_end_that_is_asked_for_is_exact(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "s.wav", "pcm_s16le", noise(1, 1.0))
    with SoundTrack(ClipSound(path)) as track:
        assert [track.read_until(k / 30).shape[1] for k in (1, 2, 3)] == [1600, 1600, 1600]
        assert track.read_until(9.0).shape[1] == RATE - 4800
        assert track.read_until(10.0).shape[1] == 0


def test_a_first_picture_after_the_sound_cuts_it_and_one_before_it_waits_in_silence(tmp_path: Path) -> None:
    samples = noise(1, 1.0)
    path = write_sound(tmp_path / "s.wav", "pcm_s16le", samples)
    assert np.array_equal(read_all(path, 1.0, begin_s=0.25), samples[:, RATE // 4 :])
    early = read_all(path, 2.0, begin_s=-0.25)
    assert not early[:, : RATE // 4].any()
    assert np.array_equal(early[:, RATE // 4 :], samples)


def test_a_gap_is_silent_and_an_overlap_is_cut(tmp_path: Path) -> None:
    samples = noise(1, 1.0)
    gap = write_sound(tmp_path / "gap.mkv", "pcm_s16le", samples, begins_s=(0.0, 0.8))
    read = read_all(gap, 2.0)
    assert np.array_equal(read[:, : RATE // 2], samples[:, : RATE // 2])
    assert not read[:, RATE // 2 : RATE * 8 // 10].any()
    assert np.array_equal(read[:, RATE * 8 // 10 :], samples[:, RATE // 2 :])
    overlap = write_sound(tmp_path / "overlap.mkv", "pcm_s16le", samples, begins_s=(0.0, 0.491))
    read = read_all(overlap, 2.0)
    assert read.shape[1] == RATE * 991 // 1000
    assert np.array_equal(read[:, RATE // 2 :], samples[:, RATE * 509 // 1000 :])


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("s.mp3", "libmp3lame", 44100),
        ("s.m4a", "aac", 44100),
        ("s.ogg", "libopus", 48000),
        ("s.flac", "flac", 22050),
        ("s.wav", "pcm_s24le", 96000),
        ("s.wav", "pcm_mulaw", 8000),
        ("s.wav", "pcm_f32le", 44100),
    ],
)
def test_any_format_and_rate_keeps_its_time(tmp_path: Path, name: str, codec: str, rate: int) -> None:
    path = write_sound(tmp_path / name, codec, click(0.6, 1.0, rate), rate=rate)
    read = read_all(path, 1.2)
    assert onset_s(read[0], RATE) == pytest.approx(0.6, abs=0.003)


def test_six_channels_become_two(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "s.flac", "flac", noise(6, 0.2), layout="5.1")
    with SoundTrack(ClipSound(path)) as track:
        assert track.layout == "stereo"
        assert track.read_until(1.0).shape == (2, RATE // 5)


def test_files_without_sound_are_refused(tmp_path: Path) -> None:
    silent = write_video(tmp_path / "clip.mp4", (0, 40))
    text = tmp_path / "text.mp3"
    text.write_text("no sound\n" * 99)
    for path, said in (
        (silent, "contains no sound"),
        (text, "cannot be read as sound"),
        (tmp_path / "no", "no"),
    ):
        with pytest.raises(VideoError, match=said):
            SoundTrack(ClipSound(path))
        assert not has_sound(path)
    assert has_sound(write_sound(tmp_path / "s.flac", "flac", noise(1, 0.1)))


def test_a_file_that_is_cut_off_gives_what_it_has(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "s.mp3", "libmp3lame", click(0.2, 2.0))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    read = read_all(path, 3.0)
    assert 0.8 * RATE < read.shape[1] < 1.2 * RATE
    assert onset_s(read[0], RATE) == pytest.approx(0.2, abs=0.003)
