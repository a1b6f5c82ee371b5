from __future__ import annotations

from ctypes.util import find_library
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("babel", reason="the texts to speak need Babel: pip install babel faker")

from bridge.devices.log_mel import HOP, RATE, LogMel
from training.errors import TrainingError
from training.voice import festival, flite
from training.voice.speech_maker import (
    HELD_OUT_FLITE,
    HELD_OUT_VARIANTS,
    JUDGED_FESTIVAL,
    TRAINED_FLITE,
    TRAINED_VARIANTS,
    SpeechMaker,
    labelled,
    read_speaker,
)
from training.voice.utterance import Utterance

needs_synthesizers = pytest.mark.skipif(
    find_library("espeak-ng") is None
    or not flite.is_installed()
    or not all(festival.is_installed(festival.VOICES[name]) for name in JUDGED_FESTIVAL),
    reason="a synthesizer is not installed: apt install libespeak-ng1 flite festival festvox-itapc16k festvox-suopuhe-mv "
    "festvox-ca-ona-hts",
)


def test_voices_to_be_judged_by_are_not_learned_from() -> None:
    assert not {*HELD_OUT_VARIANTS} & {*TRAINED_VARIANTS}
    assert not {*HELD_OUT_FLITE} & {*TRAINED_FLITE}


@pytest.mark.parametrize("hops", [3995, 8004, 7811, 4000])
def test_every_spectrum_has_a_truth_whatever_the_length(hops: int) -> None:
    silence = Utterance(np.zeros(hops * HOP, np.float32), RATE, ())
    made = labelled(silence, silence.samples, ("en-us", "v"), keeps_sound=True)
    assert len(made.mel) == len(made.controls) == len(made.viseme) == len(made.speaks) == hops
    assert len(made.samples) == hops * HOP


class _Broken:
    """A synthesizer that fails, as festival now and then does with a text."""

    def said(self, case: object, seconds: float, random: object) -> None:
        raise TrainingError("festival failed with lp_diphone: no sound")


def test_a_speaker_whose_synthesizer_fails_is_refused_and_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("training.voice.speech_maker.Espeak", lambda: None)
    monkeypatch.setattr("training.voice.speech_maker.flite.is_installed", lambda: True)
    monkeypatch.setattr("training.voice.speech_maker.UnseenSpeakers", _Broken)
    maker = SpeechMaker("test", 6.0, 0)
    assert maker.make(800_000, tmp_path / "p800000") is False
    assert not (tmp_path / "p800000").exists()
    assert "speaker 800000 is refused: festival failed with lp_diphone" in caplog.text


@needs_synthesizers
def test_a_speaker_has_sound_and_truth_of_the_same_times(tmp_path: Path) -> None:
    maker = SpeechMaker("validation", 6.0, 3)
    number = next(n for n in range(500_000, 500_020) if maker.make(n, tmp_path / f"p{n}"))
    made = read_speaker(tmp_path / f"p{number}")
    count = len(made.mel)
    assert len(made.samples) == count * HOP
    assert made.controls.shape == (count, 11)
    assert made.viseme.shape == made.speaks.shape == (count,)
    np.testing.assert_allclose(made.mel, LogMel()(made.samples / 32768.0), atol=0.01)
    again = SpeechMaker("validation", 6.0, 3)
    assert again.make(number, tmp_path / "again")
    # A synthesizer's noise is another every time; what it says, and when, is not. A closure may begin a block earlier, and
    # all that follows with it.
    viseme = read_speaker(tmp_path / "again").viseme
    assert abs(len(viseme) - count) <= 4
    alike = SequenceMatcher(None, made.viseme.tolist(), viseme.tolist(), autojunk=False).ratio()
    assert alike > 0.95  # 0.979 to 0.999 in 14 runs; another text: 0.14
