from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from bridge.devices.sound_file import read_wav
from bridge.errors import SoundError


def written(path: Path, frames: bytes, *, width: int, channels: int = 1, rate: int = 16000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(frames)
    return path


@pytest.mark.parametrize(
    ("width", "frames"),
    [
        (1, bytes([128, 192, 0])),
        (2, np.array([0, 16384, -32768], "<i2").tobytes()),
        (3, b"\x00\x00\x00" + b"\x00\x00\x40" + b"\x00\x00\x80"),
        (4, np.array([0, 2**30, -(2**31)], "<i4").tobytes()),
    ],
)
def test_every_sample_width_gives_the_same_samples(tmp_path: Path, width: int, frames: bytes) -> None:
    samples, rate = read_wav(written(tmp_path / "s.wav", frames, width=width))
    assert rate == 16000
    assert samples.dtype == np.float32
    assert samples.tolist() == [0.0, 0.5, -1.0]


def test_channels_are_averaged(tmp_path: Path) -> None:
    frames = np.array([16384, 0, -16384, -16384], "<i2").tobytes()
    assert read_wav(written(tmp_path / "s.wav", frames, width=2, channels=2))[0].tolist() == [0.25, -0.5]


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "cannot be read"), (b"", "cannot be read"), (b"RIFFxxxxWAVE", "cannot be read")],
)
def test_file_that_is_not_sound_is_refused(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "s.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SoundError, match=said):
        read_wav(path)


def test_empty_and_slow_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="contains no sound"):
        read_wav(written(tmp_path / "s.wav", b"", width=2))
    with pytest.raises(SoundError, match="4000 samples per second"):
        read_wav(written(tmp_path / "s.wav", b"\0\0", width=2, rate=4000))
