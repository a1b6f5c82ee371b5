from __future__ import annotations

import struct

import numpy as np
import pytest

from protocol.sound_messages import SoundMessage, decode_voice, encode_voice
from protocol.sound_samples import mono_of, sample_count, sound_of


def test_integers_of_two_channels_become_their_mean() -> None:
    samples = struct.pack("<6h", 16384, 0, -32768, -32768, 32767, 1)
    made = mono_of(SoundMessage(rate=8000, samples=samples, channels=2))
    assert made.tolist() == pytest.approx([0.25, -1.0, 0.5])


def test_floats_that_are_none_or_too_loud_are_made_harmless() -> None:
    samples = struct.pack("<5f", 0.25, float("nan"), float("inf"), -7.0, -0.5)
    made = mono_of(SoundMessage(rate=8000, samples=samples, format="f32le"))
    assert made.tolist() == [0.25, 0.0, 1.0, -1.0, -0.5]
    assert made.dtype == "float32"


def test_a_part_of_the_samples_is_that_part() -> None:
    whole = SoundMessage(rate=8000, samples=struct.pack("<8h", *range(0, 16000, 2000)), channels=2)
    assert sample_count(whole) == 4
    assert mono_of(whole, 1, 3).tolist() == mono_of(whole)[1:3].tolist()
    assert mono_of(whole, 2).tolist() == mono_of(whole)[2:].tolist()


def test_samples_come_back_from_the_wire_and_too_loud_ones_are_cut_off() -> None:
    samples = np.array([0.0, 0.5, -1.0, 7.0], np.float32)
    sent = decode_voice(encode_voice(sound_of(samples, 48000, stream="me", play_time_ns=5)))
    assert isinstance(sent, SoundMessage)
    assert (sent.rate, sent.channels, sent.stream, sent.play_time_ns) == (48000, 1, "me", 5)
    assert mono_of(sent).tolist() == pytest.approx([0.0, 0.5, -1.0, 1.0], abs=1e-4)
