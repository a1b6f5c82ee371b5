from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bridge.devices.sound_file import read_sound
from bridge.errors import SoundError
from tests.bridge.devices.test_wav_file import f32, wav
from tests.vision.sound_files import write_sound
from tests.vision.timed_videos import write_video

RATE = 48000


def voice(rate: int = RATE, seconds: float = 1.0) -> np.ndarray:
    """(N,) float32: a tone that swells, so that a shift in time shows."""
    time_s = np.arange(round(rate * seconds)) / rate
    return (0.5 * np.sin(2 * np.pi * 220 * time_s) * time_s / seconds).astype(np.float32)


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_channels_are_averaged(tmp_path: Path, channels: int) -> None:
    path = tmp_path / "s.wav"
    values = np.arange(3 * channels) / (4 * channels)
    path.write_bytes(wav(f32(*values), kind=3, bits=32, channels=channels, rate=44100))
    samples, rate = read_sound(path)
    assert rate == 44100
    assert samples.dtype == np.float32
    assert samples == pytest.approx(values.astype(np.float32).reshape(3, channels).mean(axis=1))


def test_flac_is_exact_to_its_sixteen_bits(tmp_path: Path) -> None:
    steps = np.round(voice() * 32768).astype(np.int16)
    path = write_sound(tmp_path / "s.flac", "flac", (steps / 32768).astype(np.float32)[None])
    samples, rate = read_sound(path)
    assert rate == RATE
    assert np.array_equal(samples, steps / np.float32(32768))


def test_six_channels_of_flac_are_averaged(tmp_path: Path) -> None:
    steps = np.arange(6 * 64, dtype=np.int16).reshape(6, 64) * 16
    path = write_sound(tmp_path / "s.flac", "flac", (steps / 32768).astype(np.float32), layout="5.1")
    assert read_sound(path)[0] == pytest.approx(steps.mean(axis=0) / 32768)


@pytest.mark.parametrize(
    ("name", "codec", "allowed"),
    [
        ("s.mp3", "libmp3lame", 0.02),
        ("s.m4a", "aac", 0.01),
        ("s.ogg", "libopus", 0.02),
    ],
)
def test_compressed_sound_is_the_sound_that_was_write_sound(
    tmp_path: Path, name: str, codec: str, allowed: float
) -> None:
    original = voice()
    samples, rate = read_sound(write_sound(tmp_path / name, codec, original[None]))
    assert rate == RATE
    assert abs(len(samples) - len(original)) <= 2500
    shared = min(len(samples), len(original))
    assert np.sqrt(np.mean((samples[:shared] - original[:shared]) ** 2)) < allowed
    assert np.sqrt(np.mean(original**2)) > 5 * allowed  # silence would not pass


def test_mu_law_in_a_wav_goes_to_the_decoder(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "s.wav", "pcm_mulaw", voice(8000)[None], rate=8000)
    samples, rate = read_sound(path)
    assert rate == 8000
    assert np.abs(samples - voice(8000)).max() < 0.02


def test_a_silent_film_contains_no_sound(tmp_path: Path) -> None:
    pytest.importorskip("av")
    path = write_video(tmp_path / "clip.mp4", (0, 40))
    with pytest.raises(SoundError, match="contains no sound") as refused:
        read_sound(path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "content", [None, b"", b"RIFFxxxxWAVE", b"hello, I am text\n" * 99, os.urandom(5000)]
)
def test_a_file_that_is_not_sound_is_refused_in_one_line(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "s.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SoundError, match=r"s\.wav") as refused:
        read_sound(path)
    assert "\n" not in str(refused.value)


def test_empty_slow_and_absurd_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.wav"
    path.write_bytes(wav(b"", kind=1, bits=16))
    with pytest.raises(SoundError, match="contains no sound"):
        read_sound(path)
    for rate in (4000, 4_000_000_000):
        path.write_bytes(wav(b"\0\0", kind=1, bits=8, rate=rate))
        with pytest.raises(SoundError, match=f"{rate} samples per second"):
            read_sound(path)


def test_samples_that_are_no_numbers_or_too_large_stay_in_range(tmp_path: Path) -> None:
    path = tmp_path / "s.wav"
    path.write_bytes(wav(f32(np.nan, np.inf, -7.0, 0.5), kind=3, bits=32))
    assert read_sound(path)[0].tolist() == [0.0, 1.0, -1.0, 0.5]


def test_a_wav_needs_no_extra(tmp_path: Path) -> None:
    path = tmp_path / "s.wav"
    path.write_bytes(wav(f32(0.5), kind=3, bits=32))
    program = (
        "import sys; sys.modules['av'] = None\n"
        "from pathlib import Path\n"
        "from bridge.devices.sound_file import read_sound\n"
        f"print(read_sound(Path({str(path)!r}))[0].tolist())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "[0.5]\n", done.stderr


def test_sound_in_an_unknown_format_is_refused_in_one_line(tmp_path: Path) -> None:
    pytest.importorskip("av")
    path = tmp_path / "s.wav"
    path.write_bytes(wav(bytes(400), kind=0x1234, bits=16))
    with pytest.raises(SoundError, match=r"unknown format|contains no sound|cannot be read") as refused:
        read_sound(path)
    assert "\n" not in str(refused.value)
