from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bridge.errors import SoundError
from bridge.voice.mark_track import MarkTrack
from bridge.voice.told_sounds import ToldSounds
from omote.clips.voice_source import PRIORITY, VoiceSource
from tests.bridge.devices.test_vowel_mouth import HILLENBRAND, RATE, spoken
from tests.vision.sound_files import write_sound

pytest.importorskip("av")


def bursts() -> np.ndarray:
    """(1, N) at RATE: "aa" from 0.4 to 0.8 s and from 1.2 to 1.6 s, else silence; 2 s."""
    samples = np.zeros(2 * RATE)
    vowel = spoken(HILLENBRAND["aa"][0], 120.0, 0.4)
    for begin_s in (0.4, 1.2):
        begin = round(begin_s * RATE)
        samples[begin : begin + len(vowel)] = vowel
    return samples[None].astype(np.float32)


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sound(tmp_path_factory.mktemp("voice") / "v.wav", "pcm_s16le", bursts(), rate=RATE)


def test_the_jaw_opens_at_the_sound_s_own_time(voice: Path) -> None:
    source = VoiceSource(voice, lips="vowels")
    moments = list(source.moments())
    times_s = np.array([moment.due_s for moment in moments])
    assert np.all(np.diff(times_s) >= 0)
    assert source.end_s == pytest.approx(2.0)
    assert times_s[-1] >= 2.0 - 1 / 60
    jaw = np.array([moment.messages[0].values["jawOpen"] for moment in moments])
    half = jaw.max() / 2
    opens = times_s[1:][(jaw[1:] > half) & (jaw[:-1] <= half)]
    assert opens == pytest.approx([0.4, 1.2], abs=0.02)
    assert jaw[np.abs(times_s - 0.6).argmin()] > 0.3
    assert jaw[np.abs(times_s - 1.1).argmin()] < 0.05


def test_the_mouth_is_driven_also_in_silence_and_above_other_drivers(voice: Path) -> None:
    for moment in VoiceSource(voice, lips="vowels").moments():
        (message,) = moment.messages
        assert message.layer == "expression"
        assert message.priority == PRIORITY > 0
        assert "eyeBlinkLeft" not in message.values


def test_its_sound_is_heard(voice: Path) -> None:
    sound = VoiceSource(voice).sound
    assert sound is not None
    assert (sound.path, sound.begin_s) == (voice, None)


def test_a_file_without_sound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.mp3").write_text("nothing\n" * 50)
    with pytest.raises(SoundError, match="cannot be read as sound"):
        VoiceSource(tmp_path / "text.mp3")


def test_sounds_that_are_told_count_above_what_is_heard(voice: Path, tmp_path: Path) -> None:
    """The sound has bursts; the marks say that the mouth is round at half a second, and at no other time."""
    marks = tmp_path / "marks.json"
    marks.write_text(
        '{"kind": "oculus", "times_s": [0.0, 0.45, 0.6], "names": ["sil", "ou", "sil"], "end_s": 9}'
    )
    told = VoiceSource(voice, lips="vowels", told=ToldSounds(marks=marks))
    pucker = {
        moment.due_s: message.values["mouthPucker"]
        for moment in told.moments()
        for message in moment.messages
    }
    round_at = [time_s for time_s, value in pucker.items() if value > 0.3]
    assert round_at
    assert 0.4 < min(round_at) < max(round_at) < 0.7
    assert told.remarks() == []


def test_what_the_user_should_know_of_a_text_is_a_remark(voice: Path) -> None:
    class Text(ToldSounds):
        """A text that does not fit."""

        def track(self, samples: object, rate: int) -> MarkTrack:
            self.remarks.append("it does not fit")
            return MarkTrack()

    assert VoiceSource(voice, lips="vowels", told=Text()).remarks() == ["it does not fit"]
