"""A sound file as samples: uncompressed .wav, any rate from 8 kHz, 8 to 32 bits, any number of channels.

samples, rate = read_wav(Path("speech.wav"))     # (N,) float32 -1..1
"""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.errors import SoundError

LOWEST_RATE: Final = 8000
MAX_BYTES: Final = 1_000_000_000


def read_wav(path: Path) -> tuple[NDArray[np.float32], int]:
    """Read a .wav file.

    Returns:
        (N,) float32 samples -1..1, the mean of the channels, and the samples per second.

    Raises:
        SoundError: the file is missing, not a .wav, compressed, empty, too large, or its rate is too low.
    """
    try:
        with wave.open(str(path), "rb") as file:
            rate, width, channels = file.getframerate(), file.getsampwidth(), file.getnchannels()
            if file.getnframes() * width * channels > MAX_BYTES:
                raise SoundError(f"{path} is larger than {MAX_BYTES:,} bytes; split it")
            content = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise SoundError(
            f"{path} cannot be read: {error}; expected an uncompressed .wav, as ffmpeg -i FILE speech.wav makes"
        ) from error
    if rate < LOWEST_RATE:
        raise SoundError(f"{path} has {rate} samples per second, expected {LOWEST_RATE} at least")
    content = content[: len(content) // (width * channels) * width * channels]
    if not content:
        raise SoundError(f"{path} contains no sound")
    samples = _decoded(content, width).reshape(-1, channels).mean(axis=1)
    return samples.astype(np.float32), rate


def _decoded(content: bytes, width: int) -> NDArray[np.float64]:
    """Little-endian PCM -> (N,) float64 -1..1; "8-bit samples are unsigned, all others signed"."""
    if width == 1:
        return np.frombuffer(content, np.uint8) / 128.0 - 1.0
    if width == 3:
        # The three bytes become the upper bytes of a 32-bit number.
        whole = np.zeros((len(content) // 3, 4), np.uint8)
        whole[:, 1:] = np.frombuffer(content, np.uint8).reshape(-1, 3)
        content, width = whole.tobytes(), 4
    kind = np.dtype(np.int16 if width == 2 else np.int32).newbyteorder("<")
    return np.asarray(np.frombuffer(content, kind) / float(2 ** (8 * width - 1)))
