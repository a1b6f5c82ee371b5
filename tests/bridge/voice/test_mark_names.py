"""The tables, against what the programs' own documentation says of their names."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.voice.mark_names import AZURE, LAST_S, OCULUS, POLLY, RHUBARB, phones_of
from face.coarticulation import blended
from face.mouth_controls import CONTROLS
from protocol.errors import CodecError
from protocol.sound_messages import MarkKind, MarksMessage
from protocol.visemes import VISEMES

HALF = np.array([0.2])


def visemes(kind: MarkKind, *names: str, each_s: float = 0.2) -> list[str]:
    marks = MarksMessage(kind=kind, times_s=[each_s * n for n in range(len(names))], names=list(names))
    return [VISEMES[one.phone.viseme] for one in phones_of(marks)]


def test_every_viseme_of_oculus_is_itself_by_name_and_by_number() -> None:
    assert tuple(OCULUS) == VISEMES
    assert visemes("oculus", *VISEMES) == list(VISEMES)
    assert visemes("oculus", *map(str, range(15))) == list(VISEMES)


@pytest.mark.parametrize(
    ("number", "expected"),
    [  # an example word's sound of each row of Microsoft's table
        (0, ["sil"]), (1, ["E"]), (2, ["aa"]), (3, ["oh"]), (4, ["E"]), (6, ["ih"]), (7, ["ou"]), (8, ["oh"]),
        (9, ["aa", "ou"]), (10, ["oh", "ih"]), (11, ["aa", "ih"]), (13, ["RR"]), (14, ["nn"]), (15, ["SS"]),
        (16, ["CH"]), (17, ["TH"]), (18, ["FF"]), (19, ["DD"]), (20, ["kk"]), (21, ["PP"]),
    ],
)  # fmt: skip
def test_azures_numbers_are_their_sounds(number: int, expected: list[str]) -> None:
    assert visemes("azure", str(number)) == expected


def test_every_number_of_azure_is_known() -> None:
    assert sorted(map(int, AZURE)) == list(range(22))


def test_rhubarbs_shapes_open_the_mouth_as_its_drawings_do() -> None:
    """A is shut, then B, C and D open ever wider; F is puckered, X is at rest."""
    controls = {}
    for name in RHUBARB:
        marks = MarksMessage(kind="rhubarb", times_s=[0.0], names=[name], end_s=0.4)
        controls[name] = dict(zip(CONTROLS, blended(phones_of(marks), HALF).controls[0], strict=True))
    apart = {name: one["jaw"] * (1.0 - one["closure"]) for name, one in controls.items()}
    assert apart["A"] == apart["X"] == 0.0
    assert apart["A"] < apart["B"] < apart["C"] < apart["D"] == max(apart.values())
    assert max(controls, key=lambda name: controls[name]["pucker"]) == "F"
    assert controls["G"]["roll_lower"] == max(
        one["roll_lower"] for name, one in controls.items() if name != "A"
    )


def test_pollys_and_the_phonetic_alphabet() -> None:
    assert visemes("polly", "sil", "p", "T", "S", "@", "O", "u") == ["sil", "PP", "TH", "CH", "E", "oh", "ou"]
    assert len(POLLY) == 17
    assert visemes("ipa", "m", "tʃ", "aɪ", "", "ˈ") == ["PP", "CH", "aa", "ih", "sil", "sil"]


def test_an_h_has_the_viseme_of_the_vowel_after_it() -> None:
    assert visemes("azure", "12", "7") == ["ou", "ou"]


def test_two_letters_may_be_one_sound_and_a_space_between_words_is_no_pause() -> None:
    made = visemes("letters", *"The moon", each_s=0.08)
    assert made == ["TH", "TH", "E", "PP", "ou", "ou", "nn"]
    assert visemes("letters", "B", " ", "B", each_s=0.4) == ["PP", "sil", "PP"]


def test_marks_last_until_the_next_one_and_the_last_a_moment() -> None:
    timed = phones_of(MarksMessage(kind="oculus", times_s=[1.0, 1.3], names=["PP", "ou"]))
    assert [(one.begin_s, one.end_s) for one in timed] == [(1.0, 1.3), (1.3, 1.3 + LAST_S)]


def test_a_name_that_a_program_does_not_have_is_refused_with_those_it_has() -> None:
    with pytest.raises(CodecError, match=r"rhubarb has no 'Q', expected one of X, A, B"):
        visemes("rhubarb", "Q")
