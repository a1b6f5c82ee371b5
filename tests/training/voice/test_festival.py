from __future__ import annotations

import numpy as np
import pytest

from face.phones import parts_of
from training.errors import TrainingError
from training.voice.festival import VOICES, is_installed, say, sounds_of_segments
from training.voice.speech_maker import JUDGED_FESTIVAL, TRAINED_FESTIVAL
from training.voice.unseen_speakers import HELD_OUT_FESTIVAL


@pytest.mark.parametrize(("name", "text", "meetings"), [("ked", "Bob, map", 4), ("lp", "mamma papa", 5)])
def test_the_lips_meet_as_often_as_the_text_has_it(name: str, text: str, meetings: int) -> None:
    voice = VOICES[name]
    if not is_installed(voice):
        pytest.skip(f"festival's voice is not installed: apt install festival {voice.package}")
    said = say(text, voice, stretch=1.1)
    for one, following in zip(said.sounds, said.sounds[1:], strict=False):
        assert following.begin_s == one.end_s
    assert said.sounds[-1].end_s == pytest.approx(said.end_s)
    assert [phone.viseme for sound in said.sounds for phone, _ in parts_of(sound.ipa)].count(1) == meetings


def test_a_voiceless_stop_is_quiet_in_its_first_half() -> None:
    """The times are those of the sound, not of the text alone."""
    voice = VOICES["ked"]
    if not is_installed(voice):
        pytest.skip(f"festival's voice is not installed: apt install festival {voice.package}")
    said = say("happy paper, puppy copper, take a cup of tea", voice)
    loud = float(np.percentile(np.abs(said.samples), 90))
    stops = [one for one in said.sounds if one.ipa in ("p", "t", "k")]
    assert len(stops) >= 9
    inside = []
    for stop in stops:
        middle = round((stop.begin_s + 0.35 * (stop.end_s - stop.begin_s)) * said.rate)
        inside.append(np.abs(said.samples[middle - 60 : middle + 60]).mean())
    assert np.median(inside) < 0.1 * loud


def test_segments_become_sounds_with_their_ends() -> None:
    lines = [
        "separator ;",
        "nfields 1",
        "#",
        "0.2200 100 #",
        "0.30 100 b",
        "0.41 100 a1",
        "0.55 100 tS",
        "0.7 100 #",
    ]
    sounds = sounds_of_segments(lines, 0.75, VOICES["lp"].phones)
    assert [(one.ipa, one.begin_s, one.end_s) for one in sounds] == [
        ("", 0.0, 0.22), ("b", 0.22, 0.30), ("a", 0.30, 0.41), ("tʃ", 0.41, 0.55), ("", 0.55, 0.7), ("", 0.7, 0.75),
    ]  # fmt: skip


def test_segments_without_a_known_sound_are_refused() -> None:
    with pytest.raises(TrainingError, match="no sound that is known"):
        sounds_of_segments(["#", "0.2 100 ?", "0.4 100 #"], 0.5, VOICES["ked"].phones)


@pytest.mark.parametrize("name", VOICES)
def test_every_name_of_a_sound_is_one_that_the_mouth_knows(name: str) -> None:
    for ipa in VOICES[name].phones.values():
        assert parts_of(ipa), ipa


def test_voices_to_be_measured_with_are_not_learned_from() -> None:
    splits = (TRAINED_FESTIVAL, JUDGED_FESTIVAL, HELD_OUT_FESTIVAL)
    assert sorted(name for split in splits for name in split) == sorted(VOICES)


def test_a_missing_voice_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.voice.festival.shutil.which", lambda name: None)
    with pytest.raises(TrainingError, match="apt install festival festvox-kdlpc16k"):
        say("hello", VOICES["ked"])
