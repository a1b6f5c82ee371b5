"""Phones: what a mouth does for each sound of speech, and which viseme it is.

    parts_of("tʃ")            # [(Phone of sh, 1.0)]
    parts_of("aɪ")            # a diphthong: [(Phone of a, 0.6), (Phone of ɪ, 0.4)]

Sounds are named in the International Phonetic Alphabet; lengths, tones and secondary articulations are left out. The
targets are the studio's visemes, with two changes: lips that meet or touch the teeth do so quickly, so that they are
apart again in the vowel between two of them, and long vowels reach further than short ones.

Source: International Phonetic Association, chart of 2020; visemes: Meta, "Viseme Reference" of Oculus Lipsync.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.mouth_controls import CONTROLS
from face.viseme_shapes import CONSONANTS, REST, VOWELS, Viseme
from protocol.visemes import VISEME_INDEX

#: Lips and the tip of the tongue let go within this time constant; everything else moves with the viseme's own.
_LIPS_S: Final = 0.006
_TIP_S: Final = 0.02
#: With the studio's dominance of a [p], 30, the lips would stay shut over a short vowel between two of them.
_MOST_DOMINANT: Final = 18.0
#: Sounds without the tongue between the teeth pull it back.
_TONGUE_BACK: Final = 0.6
_TONGUE: Final = CONTROLS.index("tongue")
_LIPS: Final = np.array([control in ("closure", "press", "roll_lower", "roll_upper") for control in CONTROLS])


@dataclass(frozen=True, slots=True, eq=False)
class Phone:
    """One kind of sound.

    Attributes:
        viseme: its number in `protocol.visemes.VISEMES`.
        targets, dominance, reach_s: (CONTROLS,) float64 each, see `face.viseme_shapes.Viseme`.
        is_vowel: whether the loudness of the sound opens the mouth.
        is_stop: whether the sound begins with a silence while the mouth is shut somewhere.
    """

    viseme: int
    targets: NDArray[np.float64]
    dominance: NDArray[np.float64]
    reach_s: NDArray[np.float64]
    is_vowel: bool = False
    is_stop: bool = False


def _phone(viseme: str, shape: Viseme, *, is_vowel: bool = False, is_stop: bool = False) -> Phone:
    reach_s = np.full(len(CONTROLS), shape.reach_s)
    if not is_vowel:
        reach_s[_LIPS & (shape.dominance > 1.0)] = _LIPS_S
    reach_s[_TONGUE] = _TIP_S
    dominance = np.minimum(shape.dominance, _MOST_DOMINANT)
    if shape.targets[_TONGUE] == 0.0:
        dominance[_TONGUE] = _TONGUE_BACK
    return Phone(VISEME_INDEX[viseme], shape.targets, dominance, reach_s, is_vowel, is_stop)


def _breath() -> Viseme:
    """[h]: only air; the mouth already has the shape of the vowel."""
    return Viseme(CONSONANTS["k"].targets, np.full(len(CONTROLS), 0.02), (0.05, 0.1), 0.03)


#: Silence. Its lips are shut only by the jaw.
SILENCE: Final = _phone("sil", REST)
#: A sound that takes its viseme from the next one.
BREATH: Final = _phone("kk", _breath())

_V, _C = VOWELS, CONSONANTS
#: Viseme, shape and the letters of the IPA that have them.
_VOWEL_ROWS: Final = (
    ("aa", _V["a"], "aɑäɐa"),
    ("aa", _V["uh"], "ʌ"),
    ("aa", _V["ae"], "æ"),
    ("E", _V["eh"], "eɛ"),
    ("E", _V["uh"], "əɜɘɞɚɝᵊ"),
    ("ih", _V["ee"], "iɪɨɿ"),
    ("oh", _V["oh"], "oɤøœɵ"),
    ("oh", _V["aw"], "ɔɒɶ"),
    ("ou", _V["oo"], "uʊyʏʉɯ"),
)
_CONSONANT_ROWS: Final = (
    ("PP", _C["p"], "m", False),
    ("PP", _C["p"], "pbɓʙ", True),
    ("FF", _C["f"], "fvɱʋɸ", False),
    ("TH", _C["th"], "θð", False),
    ("DD", _C["t"], "tdʈɖɗ", True),
    ("kk", _C["k"], "kɡgqɢcɟɠ", True),
    ("kk", _C["k"], "xɣχʁʀçŋħʕɰʝ", False),
    ("CH", _C["sh"], "ʃʒɕʑʂʐɧ", False),
    ("SS", _C["s"], "sz", False),
    ("nn", _C["t"], "nɲɳ", False),
    ("nn", _C["l"], "lɫʎɭɬɮʟ", False),
    ("RR", _C["r"], "ɹɻ", False),
    ("RR", _C["l"], "rɾɽ", False),
    ("ih", _V["ee"], "j", False),
    ("ou", _C["w"], "wɥʍβ", False),
)

#: Letter -> phone.
PHONES: Final[dict[str, Phone]] = {
    **{letter: _phone(viseme, shape, is_vowel=True) for viseme, shape, row in _VOWEL_ROWS for letter in row},
    **{
        letter: _phone(viseme, shape, is_stop=is_stop)
        for viseme, shape, row, is_stop in _CONSONANT_ROWS
        for letter in row
    },
    **dict.fromkeys("hɦʔ", BREATH),
}
_STOPPED: Final = {
    letter: Phone(one.viseme, one.targets, one.dominance, one.reach_s, is_stop=True)
    for letter in "ʃʒɕʑʂʐsz"
    if (one := PHONES[letter])
}

#: CMU's phones, as flite names them -> IPA.
ARPABET: Final[dict[str, str]] = {
    "aa": "ɑ", "ae": "æ", "ah": "ʌ", "ao": "ɔ", "aw": "aʊ", "ax": "ə", "axr": "ɚ", "ay": "aɪ", "b": "b", "ch": "tʃ",
    "d": "d", "dh": "ð", "dx": "ɾ", "eh": "ɛ", "el": "l", "em": "m", "en": "n", "er": "ɚ", "ey": "eɪ", "f": "f",
    "g": "ɡ", "hh": "h", "hv": "h", "ih": "ɪ", "iy": "i", "jh": "dʒ", "k": "k", "l": "l", "m": "m", "n": "n",
    "nx": "n", "ng": "ŋ", "ow": "oʊ", "oy": "ɔɪ", "p": "p", "r": "ɹ", "s": "s", "sh": "ʃ", "t": "t", "th": "θ",
    "uh": "ʊ", "uw": "u", "v": "v", "w": "w", "y": "j", "z": "z", "zh": "ʒ",
}  # fmt: skip


def parts_of(sound: str) -> list[tuple[Phone, float]]:
    """The phones of a sound with their shares of its time; empty for a pause, a tone or a mark.

    Args:
        sound: in the IPA; "(en)" and the like are marks of a synthesizer.
    """
    if sound.startswith("("):
        return []
    letters = [one for one in unicodedata.normalize("NFD", sound) if one in PHONES]
    if not letters:
        return []
    if len(letters) == 1:
        return [(PHONES[letters[0]], 1.0)]
    first, second = letters[0], letters[1]
    if first in "tdʈɖ" and second in _STOPPED:  # an affricate: one place of the tongue
        return [(_STOPPED[second], 1.0)]
    if second == "h":  # aspirated
        return [(PHONES[first], 1.0)]
    share = 0.6 if PHONES[first].is_vowel else 0.5
    return [(PHONES[first], share), (PHONES[second], 1.0 - share)]


def with_breaths(phones: Sequence[Phone]) -> list[Phone]:
    """The same phones in their order, each breath with the viseme of the sound after it."""
    made = list(phones)
    following: Phone | None = None
    for place in range(len(made) - 1, -1, -1):
        if made[place] is not BREATH:
            following = made[place]
        elif following is not None and following is not SILENCE:
            made[place] = Phone(following.viseme, BREATH.targets, BREATH.dominance, BREATH.reach_s)
    return made
