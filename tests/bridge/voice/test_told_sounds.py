"""With a network made by hand, which hears an [a] wherever it is loud."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bridge.errors import SoundError
from bridge.voice import told_sounds
from bridge.voice.alignment import SpokenSound
from bridge.voice.told_sounds import ToldSounds, heard_visemes
from face.phones import PHONES
from protocol.visemes import VISEME_INDEX
from tests.bridge.devices.made_voice import write_voice

pytest.importorskip("onnxruntime", reason="networks need ONNX Runtime: pip install 'omote[neural]'")

RATE = 16000


@pytest.fixture(autouse=True)
def network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = write_voice(tmp_path / "voice")
    monkeypatch.setattr(told_sounds, "installed_voice", lambda: made)


def loud(*parts: tuple[float, bool]) -> np.ndarray:
    random = np.random.default_rng(0)
    return np.concatenate(
        [random.normal(0, 0.1 if is_loud else 1e-5, round(seconds * RATE)) for seconds, is_loud in parts]
    ).astype(np.float32)


def test_what_is_heard_has_a_time_for_each_frame_of_the_recording() -> None:
    heard = heard_visemes(loud((1.0, False), (0.5, True), (0.5, False)), RATE)
    assert heard.times_s[0] == pytest.approx(0.0, abs=0.017)
    assert heard.times_s[-1] == pytest.approx(2.0, abs=0.017)
    assert np.diff(heard.times_s) == pytest.approx(1 / 60)
    assert heard.shares.shape == (len(heard.times_s), 15)


def test_a_text_is_found_where_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The made network answers at once, and it is read as one that answers 75 ms late."""
    path = tmp_path / "talk.txt"
    path.write_text("ah")
    monkeypatch.setattr(
        told_sounds, "sounds_of_text", lambda text, language: [SpokenSound(PHONES["a"], True)]
    )
    told = ToldSounds(text=path, language="xx")
    track = told.track(loud((1.0, False), (0.5, True), (0.5, False)), RATE)
    names = [track.name_at(time_s) for time_s in (0.88, 0.98, 1.35, 1.5)]
    assert names == ["sil", "aa", "aa", "sil"]
    assert told.remarks == []


def test_a_subtitle_is_found_about_its_own_time_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two [a] are heard, and there is a subtitle for the second alone: without its time it would be found in the first."""
    path = tmp_path / "talk.srt"
    path.write_text("1\n00:00:02,600 --> 00:00:03,000\nah\n")
    asked = []

    def sounds(text: str, language: str) -> list[SpokenSound]:
        asked.append((text, language))
        return [SpokenSound(PHONES["a"], True)]

    monkeypatch.setattr(told_sounds, "sounds_of_text", sounds)
    told = ToldSounds(text=path, language="xx")
    assert asked == [("ah", "xx")]
    track = told.track(loud((0.5, False), (0.5, True), (1.5, False), (0.5, True), (0.5, False)), RATE)
    assert [track.name_at(time_s) for time_s in (0.7, 2.6, 2.8)] == ["", "aa", "aa"]
    assert told.remarks == []


def test_a_subtitle_too_long_for_its_time_is_left_out_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "talk.srt"
    path.write_text("00:00:00,500 --> 00:00:01,000\nah\n\n00:00:02,500 --> 00:00:02,600\nlong\n")
    monkeypatch.setattr(
        told_sounds,
        "sounds_of_text",
        lambda text, language: [SpokenSound(PHONES["a"], True)] * (1000 if text == "long" else 1),
    )
    told = ToldSounds(text=path, language="xx")
    track = told.track(loud((0.5, False), (0.5, True), (2.0, False)), RATE)
    assert track.name_at(0.8) == "aa"
    assert "talk.srt, at 2.5 s: the text has 1000 sounds" in told.remarks[0]


def test_a_text_that_does_not_fit_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "talk.txt"
    path.write_text("ss")
    monkeypatch.setattr(
        told_sounds, "sounds_of_text", lambda text, language: [SpokenSound(PHONES["s"], True)]
    )
    told = ToldSounds(text=path, language="xx")
    told.track(
        loud(
            (1.0, True),
        ),
        RATE,
    )
    assert "talk.txt fits what is heard by 0% only" in told.remarks[0]


def test_marks_of_a_file_need_no_hearing(tmp_path: Path) -> None:
    path = tmp_path / "marks.json"
    path.write_text(json.dumps({"kind": "oculus", "times_s": [0.5], "names": ["ou"], "end_s": 0.8}))
    track = ToldSounds(marks=path).track(np.zeros(0, np.float32), RATE)
    mouth = track.at(0.6)
    assert mouth is not None
    assert mouth.viseme == VISEME_INDEX["ou"]


def test_marks_with_a_name_that_there_is_not_are_refused_with_their_file(tmp_path: Path) -> None:
    path = tmp_path / "marks.json"
    path.write_text(json.dumps({"mouthCues": [{"start": 0.0, "end": 1.0, "value": "Q"}]}))
    with pytest.raises(SoundError, match=r"marks\.json: unknown name: rhubarb has no 'Q'"):
        ToldSounds(marks=path)


def test_only_one_of_both_is_told(tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="give one of them"):
        ToldSounds(marks=tmp_path / "a", text=tmp_path / "b")
    assert ToldSounds.of_options(None, None, "de") is None
