from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="networks need ONNX Runtime: pip install 'omote[neural]'")

from bridge.devices.speech_mouth import MOVED, SpeechMouth
from bridge.devices.voice_network import load_voice_model, open_voice_network
from protocol.blendshapes import INDEX
from tests.bridge.devices.made_voice import JAW, write_voice

JAW_OPEN = INDEX["jawOpen"]


def mouth(place: Path, rate: int = 48000, look_ahead_s: float = 0.04) -> SpeechMouth:
    return SpeechMouth(
        rate, open_voice_network(load_voice_model(write_voice(place))), look_ahead_s=look_ahead_s
    )


def noise(count: int, level: float = 0.1) -> np.ndarray:
    return np.random.default_rng(0).normal(0.0, level, count)


def test_the_jaw_opens_with_a_voice_and_shuts_entirely_after_it(tmp_path: Path) -> None:
    made = mouth(tmp_path)
    assert made(noise(4800))[JAW_OPEN] == pytest.approx(JAW, abs=1e-3)
    assert made.activity == pytest.approx(1.0)
    assert dict(zip(made.names, made.weights, strict=True))["aa"] == pytest.approx(1.0)
    shut = made(np.zeros(4800))
    assert np.nanmax(shut) == 0.0
    assert made.activity == 0.0
    assert made.weights.max() == 0.0


def test_below_the_level_of_any_voice_the_mouth_is_shut_whatever_the_network_says(tmp_path: Path) -> None:
    made = mouth(tmp_path)
    made(noise(4800))
    assert np.nanmax(made(noise(9600, level=1e-4))) == 0.0


def test_only_the_mouth_is_moved(tmp_path: Path) -> None:
    made = mouth(tmp_path)(noise(4800))
    assert np.isnan(made[~MOVED]).all()
    assert np.isfinite(made[MOVED]).all()
    names = {name for name, place in INDEX.items() if MOVED[place]}
    assert {"jawOpen", "mouthClose", "mouthPucker", "tongueOut", "mouthPressLeft"} <= names
    assert not any(name.startswith(("eye", "brow")) for name in names)


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000])
def test_the_delay_is_said_exactly_whatever_the_rate(tmp_path: Path, rate: int) -> None:
    """A step of loudness in a file opens the mouth of the frame that ends first after it."""
    made = mouth(tmp_path, rate, 0.0)
    step_s = 0.5
    samples = np.concatenate([np.zeros(round(step_s * rate)), noise(rate)])
    opened_s = None
    for begin in range(0, len(samples) - made.hop, made.hop):
        jaw = made(samples[begin : begin + made.hop])[JAW_OPEN]
        assert 0.0 <= made.latency_s < 1 / 60 + made.hop / rate
        if jaw > 0.3:
            opened_s = (begin + made.hop) / rate - made.latency_s
            break
    assert opened_s is not None
    assert step_s <= opened_s <= step_s + 1.5 / 60


def test_look_ahead_is_the_nearest_that_was_learned(tmp_path: Path) -> None:
    assert mouth(tmp_path, 24000, 0.04).latency_s == pytest.approx(5 / 120)
    assert mouth(tmp_path, 24000, 0.075).latency_s == pytest.approx(9 / 120)
    assert mouth(tmp_path, 24000, 0.0).latency_s == 0.0


def test_broken_samples_do_not_break_the_mouth(tmp_path: Path) -> None:
    made = mouth(tmp_path)
    made(np.full(800, np.nan))
    made(np.full(800, 1e9))
    assert np.isfinite(made(noise(800))[MOVED]).all()
