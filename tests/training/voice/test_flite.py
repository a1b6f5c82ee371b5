from __future__ import annotations

import numpy as np
import pytest

from face.phones import parts_of
from training.errors import TrainingError
from training.voice import flite


@pytest.mark.skipif(not flite.is_installed(), reason="flite is not installed: apt install flite")
def test_sounds_follow_each_other_and_pauses_are_quiet() -> None:
    said = flite.say("Bob, map", "kal16", stretch=1.1)
    assert said.rate == 16000
    for one, following in zip(said.sounds, said.sounds[1:], strict=False):
        assert following.begin_s == one.end_s
    visemes = [phone.viseme for sound in said.sounds for phone, _ in parts_of(sound.ipa)]
    assert visemes.count(1) == 4
    level = [np.abs(said.samples[int(s.begin_s * 16000) : int(s.end_s * 16000)]).mean() for s in said.sounds]
    assert level[0] < 0.05 * max(level)


def test_without_the_program_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flite, "is_installed", lambda: False)
    with pytest.raises(TrainingError, match="apt install flite"):
        flite.say("hello", "slt")
