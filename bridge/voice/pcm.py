"""PCM bytes of a SoundMessage as samples.

samples = mono_of(message)       # (N,) float32 -1..1, the mean of the channels
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protocol.sound_messages import SoundMessage


def mono_of(message: SoundMessage) -> NDArray[np.float32]:
    """The mean of the channels; what is no number is silence, and what is outside -1..1 is cut off."""
    if message.format == "s16le":
        values = np.frombuffer(message.samples, "<i2").astype(np.float32) / np.float32(32768.0)
    else:
        values = np.clip(np.nan_to_num(np.frombuffer(message.samples, "<f4")), -1.0, 1.0)
    return np.asarray(values.reshape(-1, message.channels).mean(axis=1), np.float32)
