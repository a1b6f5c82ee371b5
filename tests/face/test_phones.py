from __future__ import annotations

import pytest

from face.mouth_controls import CONTROLS
from face.phones import ARPABET, PHONES, SILENCE, parts_of, with_breaths
from protocol.visemes import VISEMES


@pytest.mark.parametrize(
    ("sound", "visemes"),
    [
        ("p", ["PP"]),
        ("bʰ", ["PP"]),
        ("mʲ", ["PP"]),
        ("v", ["FF"]),
        ("ð", ["TH"]),
        ("tʃ", ["CH"]),
        ("dʒ", ["CH"]),
        ("ts", ["SS"]),
        ("pf", ["PP", "FF"]),
        ("ŋ", ["kk"]),
        ("ɫ", ["nn"]),
        ("ɹ", ["RR"]),
        ("iː", ["ih"]),
        ("yː", ["ou"]),
        ("ɑ̃", ["aa"]),
        ("aɪ", ["aa", "ih"]),
        ("oʊ", ["oh", "ou"]),
        ("", []),
        ("(en)", []),
        ("ˈ", []),
    ],
)
def test_a_sound_has_the_viseme_that_its_mouth_shows(sound: str, visemes: list[str]) -> None:
    parts = parts_of(sound)
    assert [VISEMES[phone.viseme] for phone, _ in parts] == visemes
    assert sum(share for _, share in parts) == pytest.approx(1.0 if visemes else 0.0)


def test_every_phone_of_cmu_s_is_known() -> None:
    assert all(parts_of(ipa) for ipa in ARPABET.values())


def test_every_viseme_has_a_sound() -> None:
    assert {phone.viseme for phone in [*PHONES.values(), SILENCE]} == set(range(len(VISEMES)))


def test_only_lip_sounds_shut_the_lips() -> None:
    closure = CONTROLS.index("closure")
    shut = {letter for letter, phone in PHONES.items() if phone.targets[closure] > 0.5}
    assert shut == set("mpbɓʙ")


def test_a_breath_has_the_viseme_of_the_next_sound_and_before_a_pause_its_own() -> None:
    phones = [PHONES["h"], PHONES["h"], PHONES["u"], PHONES["h"], SILENCE, PHONES["p"], PHONES["h"]]
    named = [VISEMES[one.viseme] for one in with_breaths(phones)]
    assert named == ["ou", "ou", "ou", "kk", "sil", "PP", "kk"]


def test_a_hundred_thousand_breaths_are_no_work() -> None:
    """Each looks no further than the one after it; looking to the end for each would take minutes."""
    assert {one.viseme for one in with_breaths([PHONES["h"]] * 100_000 + [PHONES["u"]])} == {
        PHONES["u"].viseme
    }
