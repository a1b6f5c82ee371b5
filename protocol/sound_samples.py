"""The samples of a SoundMessage as numbers, and back.

samples = mono_of(message)                                   # (N,) float32 -1..1, the mean of the channels
message = sound_of(samples, 48000, stream="microphone")      # 16 bits, one channel
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.sound_messages import SAMPLE_BYTES, SoundMessage

#: The largest sample of 16 bits.
_LOUDEST: Final = 32767.0


def sample_count(message: SoundMessage) -> int:
    """Samples of each channel."""
    return len(message.samples) // (SAMPLE_BYTES[message.format] * message.channels)


def mono_of(message: SoundMessage, first: int = 0, last: int | None = None) -> NDArray[np.float32]:
    """The mean of the channels; what is no number is silence, and what is outside -1..1 is cut off.

    Args:
        first, last: from which sample on, and before which one; the others are not decoded.
    """
    size = SAMPLE_BYTES[message.format] * message.channels
    part = memoryview(message.samples)[first * size : None if last is None else last * size]
    if message.format == "s16le":
        values = np.frombuffer(part, "<i2").astype(np.float32) / np.float32(32768.0)
    else:
        values = np.clip(np.nan_to_num(np.frombuffer(part, "<f4")), -1.0, 1.0)
    return np.asarray(values.reshape(-1, message.channels).mean(axis=1), np.float32)


def sound_of(samples: NDArray[np.float32], rate: int, *, stream: str, play_time_ns: int = 0) -> SoundMessage:
    """A message of (N,) samples -1..1, 16 bits; the rest as of `SoundMessage`."""
    whole = np.round(np.clip(samples, -1.0, 1.0) * _LOUDEST).astype("<i2")
    return SoundMessage(rate=rate, samples=whole.tobytes(), stream=stream, play_time_ns=play_time_ns)
