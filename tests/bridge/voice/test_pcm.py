from __future__ import annotations

import struct

import pytest

from bridge.voice.pcm import mono_of
from protocol.sound_messages import SoundMessage


def test_integers_of_two_channels_become_their_mean() -> None:
    samples = struct.pack("<6h", 16384, 0, -32768, -32768, 32767, 1)
    made = mono_of(SoundMessage(rate=8000, samples=samples, channels=2))
    assert made.tolist() == pytest.approx([0.25, -1.0, 0.5])


def test_floats_that_are_none_or_too_loud_are_made_harmless() -> None:
    samples = struct.pack("<5f", 0.25, float("nan"), float("inf"), -7.0, -0.5)
    made = mono_of(SoundMessage(rate=8000, samples=samples, format="f32le"))
    assert made.tolist() == [0.25, 0.0, 1.0, -1.0, -0.5]
    assert made.dtype == "float32"
