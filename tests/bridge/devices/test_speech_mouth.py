from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="networks need ONNX Runtime: pip install 'omote[neural]'")

from bridge.devices import speech_mouth
from bridge.devices.log_mel import BANDS, HOP, RATE, LogMel
from bridge.devices.speech_mouth import MOVED, SpeechMouth, lips_closure, speaking_share
from bridge.devices.voice_network import installed_voice, load_voice_model, open_voice_network
from face.mouth_controls import CONTROLS
from inference.model_folder import ModelFolder
from protocol.blendshapes import INDEX
from protocol.visemes import VISEME_INDEX
from tests.bridge.devices.made_voice import JAW, write_voice
from tests.bridge.devices.test_vowel_mouth import HILLENBRAND, spoken
from tests.bridge.devices.test_vowel_mouth import RATE as VOWEL_RATE

JAW_OPEN = INDEX["jawOpen"]
CLOSURE, PP = CONTROLS.index("closure"), VISEME_INDEX["PP"]


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


@pytest.fixture(scope="module")
def shipped() -> ModelFolder:
    return load_voice_model(installed_voice())


def hear(shipped: ModelFolder, samples: np.ndarray, rate: int) -> np.ndarray:
    """(frames, 52) of the network that comes with the bridge."""
    made = SpeechMouth(rate, open_voice_network(shipped), look_ahead_s=0.04)
    count = len(samples) // made.hop
    return np.array([made(samples[k * made.hop : (k + 1) * made.hop]).copy() for k in range(count)])


@pytest.mark.parametrize("sex", [0, 1])
def test_the_shipped_network_hears_vowels_of_a_synthesizer_it_never_learned_from(
    shipped: ModelFolder, sex: int
) -> None:
    """Formants measured on men and women by Hillenbrand et al. through resonators."""
    pitch_hz = (120.0, 220.0)[sex]
    shapes = {}
    for vowel in ("aa", "ou"):
        said = spoken(HILLENBRAND[vowel][sex], pitch_hz, 0.4)
        samples = np.concatenate([np.zeros(VOWEL_RATE // 2), said, np.zeros(VOWEL_RATE)])
        made = hear(shipped, samples, VOWEL_RATE)
        assert np.nanmax(made[:29]) == 0.0  # before the sound
        assert np.nanmax(made[-30:]) == 0.0  # and half a second after it
        shapes[vowel] = np.median(np.nan_to_num(made[36:54]), axis=0)
    assert shapes["aa"][JAW_OPEN] > max(0.35, shapes["ou"][JAW_OPEN] + 0.1)
    assert shapes["ou"][INDEX["mouthPucker"]] > shapes["aa"][INDEX["mouthPucker"]] + 0.1


def test_the_shipped_network_keeps_the_mouth_shut_in_silence_and_in_steady_noise(
    shipped: ModelFolder,
) -> None:
    assert np.nanmax(hear(shipped, np.zeros(48000), 48000)) == 0.0
    for level_db in (-75.0, -50.0):
        noisy = np.random.default_rng(0).normal(0.0, 10 ** (level_db / 20), 3 * 48000)
        assert np.nanmax(hear(shipped, noisy, 48000)[60:], axis=1).mean() < 0.03


def test_frame_by_frame_the_lips_shut_as_in_the_whole_recording(shipped: ModelFolder) -> None:
    """Vowels with a murmur between them, which sounds like [m], against the slow reference."""
    vowel = spoken(HILLENBRAND["aa"][0], 120.0, 0.3)
    at = np.arange(0, len(vowel) - 1, VOWEL_RATE / RATE)
    time_s = np.arange(round(0.1 * RATE)) / RATE
    murmur = 0.3 * np.abs(vowel).max() * sum(np.sin(2 * np.pi * 120.0 * k * time_s) for k in (1, 2))
    part = np.concatenate([np.interp(at, np.arange(len(vowel)), vowel), murmur])
    samples = np.concatenate([np.zeros(RATE // 2), np.tile(part, 5)]).astype(np.float32)
    samples = samples[: len(samples) // (2 * HOP) * 2 * HOP]
    network = open_voice_network(shipped)
    answers = []
    for bands in LogMel()(samples).reshape(-1, 2 * BANDS):
        heard = network.hear(bands)
        answers.append((heard.controls[2, CLOSURE], heard.visemes[2, PP], heard.speaks[2]))
    closure, sound, speaks = np.array(answers).T
    expected = lips_closure(closure, sound, speech_mouth._LIPS[2], speech_mouth._SOUND[2])
    live = SpeechMouth(RATE, open_voice_network(shipped), look_ahead_s=0.075)
    made = np.array([live(one).copy() for one in samples.reshape(-1, live.hop)])
    settled = (speaking_share(speaks) == 1.0) & (made[:, JAW_OPEN] > 0.02)
    assert settled.sum() > 60
    got = made[settled, INDEX["mouthClose"]] / made[settled, JAW_OPEN]
    np.testing.assert_allclose(got, expected[settled], atol=0.01)
    assert expected[settled].max() > 0.5 > np.median(expected[settled])


def test_a_sign_that_falls_counts_less_than_one_that_rises() -> None:
    signs = np.array([0.0, 0.1, 0.2, 0.4, 0.2, 0.1, 0.0, 0.0, 0.0, 0.2])
    shut = lips_closure(signs, np.zeros(10), (0.1, 0.3), (0.1, 0.3))
    np.testing.assert_allclose(shut[:4], [0.0, 0.0, 0.5, 1.0], atol=1e-9)
    assert shut[4] == 0.0
    assert shut[9] == pytest.approx(0.5)  # the peak is forgotten


def test_the_shipped_network_is_small(shipped: ModelFolder) -> None:
    assert sum(len(graph) for graph in shipped.graphs.values()) < 2_000_000
