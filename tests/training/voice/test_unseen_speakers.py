from __future__ import annotations

import pytest

from training.errors import TrainingError
from training.voice.no_voice import KINDS
from training.voice.unseen_speakers import CASES, HELD_OUT_FESTIVAL, NEURAL, UnseenSpeakers


def test_every_voice_speaks_clean_and_as_microphones_hear_it() -> None:
    spoken = [(one.voice, one.is_clean) for one in CASES if one.voice and not one.manner]
    for voice in (*HELD_OUT_FESTIVAL, NEURAL):
        assert (voice, True) in spoken
        assert (voice, False) in spoken
    assert {one.manner for one in CASES if not one.voice} == set(KINDS)
    assert {one.manner for one in CASES if one.voice} == {"", "whispered", "sung", "laughed"}


def test_titles_tell_cases_apart() -> None:
    assert {one.title for one in CASES} >= {
        "festival lp", "festival lp, clean", "festival lp, sung, clean", "neural joe, laughed, clean", "tune",
    }  # fmt: skip


def test_missing_voices_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.voice.festival.shutil.which", lambda name: None)
    with pytest.raises(TrainingError, match=r"apt install festival .*festvox-kdlpc16k"):
        UnseenSpeakers()
