from __future__ import annotations

import numpy as np
import pytest

from bridge.devices.voice_gestures import Gesture, VoiceGestures

RATE = 16000
HOP = 267


def speak(
    gestures: VoiceGestures, seconds: float, *, level: float = 0.1, hz: float = 120.0, voice: float = 1.0
) -> list[Gesture]:
    """Gestures over a stretch of a tone with harmonics."""
    time_s = np.arange(round(seconds * 60) * HOP) / RATE
    sound = level * sum(np.sin(2 * np.pi * hz * k * time_s) / k for k in range(1, 6))
    return [gestures(block, voice) for block in sound.reshape(-1, HOP)]


def test_a_head_without_a_voice_is_at_rest() -> None:
    made = speak(VoiceGestures(RATE), 3.0, voice=0.0)
    assert all(one.is_at_rest for one in made)


def test_a_louder_syllable_nods_once_and_the_head_comes_back() -> None:
    gestures = VoiceGestures(RATE)
    assert all(one.pitch == 0.0 for one in speak(gestures, 1.5))
    accent = speak(gestures, 0.3, level=0.25) + speak(gestures, 0.5)
    pitch = np.array([one.pitch for one in accent])
    assert pitch.min() == pytest.approx(-0.055, abs=0.03)
    assert pitch.min() < -0.02
    assert pitch[-1] == 0.0
    assert np.abs(np.diff(pitch)).max() < 0.012  # no jerk


def test_a_higher_pitch_raises_the_brows_and_loudness_alone_does_not() -> None:
    gestures = VoiceGestures(RATE)
    speak(gestures, 1.5)
    assert max(one.brow for one in speak(gestures, 0.3, level=0.25)) == 0.0
    speak(gestures, 0.5)
    assert max(one.brow for one in speak(gestures, 0.6, hz=180.0)) > 0.15


def test_the_end_of_a_phrase_blinks_once_and_a_short_sound_does_not() -> None:
    gestures = VoiceGestures(RATE)
    speak(gestures, 0.2)
    assert max(one.blink for one in speak(gestures, 2.0, voice=0.0)) == 0.0
    speak(gestures, 1.5)
    lids = np.array([one.blink for one in speak(gestures, 2.0, voice=0.0)])
    assert lids.max() > 0.95
    assert int(((lids[1:] > 0.5) & (lids[:-1] <= 0.5)).sum()) == 1
    assert lids[40:].max() == 0.0


def test_after_the_voice_everything_comes_to_rest() -> None:
    gestures = VoiceGestures(RATE)
    assert any(abs(one.yaw) > 0.003 for one in speak(gestures, 3.0))
    assert speak(gestures, 8.0, voice=0.0)[-1].is_at_rest


def test_broken_samples_are_heard_as_silence() -> None:
    made = VoiceGestures(RATE)(np.full(HOP, np.nan), 1.0)
    assert np.isfinite([made.yaw, made.pitch, made.roll, made.brow, made.blink]).all()
