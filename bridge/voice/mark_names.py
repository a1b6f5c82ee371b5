"""The names that other programs give to the sounds of speech, and the phones that they are.

    phones_of(MarksMessage(kind="azure", times_s=[0.0, 0.1], names=["21", "2"], end_s=0.3))

docs/voice.md shows the tables. Sources:
- oculus: Meta, "Viseme Reference" of Oculus Lipsync; numbers 0 to 14 in its order.
- azure: Microsoft, "Get facial position with viseme", Azure AI Speech; viseme ids 0 to 21.
- rhubarb: D. Wolf, README of Rhubarb Lip Sync, "Mouth shapes": Hanna-Barbera's A to F, and G, H, X.
- polly: Amazon, "Phoneme and viseme tables" of Polly; X-SAMPA.
- ipa: International Phonetic Association, chart of 2020; Piper's phonemes are espeak-ng's, in the IPA.
- letters: of the Latin script, for marks that have no sounds, such as ElevenLabs' alignment; a rule of thumb, by no means
  the spelling of any language.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from face.coarticulation import TimedPhone
from face.phones import SILENCE, Phone, parts_of, with_breaths
from protocol.errors import CodecError
from protocol.sound_messages import MarkKind, MarksMessage
from protocol.visemes import VISEMES

#: The last sound lasts this long where no end is told.
LAST_S: Final = 0.12
#: A shorter pause belongs to the sound before it; between words that are only spelled, a longer one as well.
_PAUSE_S: Final = 0.06
_SPACE_S: Final = 0.15

#: Name -> sound in the IPA; "" = silence.
OCULUS: Final[dict[str, str]] = {
    "sil": "", "PP": "p", "FF": "f", "TH": "θ", "DD": "t", "kk": "k", "CH": "ʃ", "SS": "s", "nn": "n", "RR": "ɹ",
    "aa": "ɑ", "E": "ɛ", "ih": "ɪ", "oh": "o", "ou": "u",
}  # fmt: skip
AZURE: Final[dict[str, str]] = {
    "0": "", "1": "ə", "2": "ɑ", "3": "ɔ", "4": "ɛ", "5": "ɝ", "6": "i", "7": "w", "8": "o", "9": "aʊ", "10": "ɔɪ",
    "11": "aɪ", "12": "h", "13": "ɹ", "14": "l", "15": "s", "16": "ʃ", "17": "ð", "18": "f", "19": "t", "20": "k",
    "21": "p",
}  # fmt: skip
RHUBARB: Final[dict[str, str]] = {
    "X": "", "A": "p", "B": "s", "C": "ɛ", "D": "ɑ", "E": "ɔ", "F": "u", "G": "f", "H": "l",
}  # fmt: skip
POLLY: Final[dict[str, str]] = {
    "sil": "", "p": "p", "t": "t", "S": "ʃ", "T": "θ", "f": "f", "k": "k", "i": "i", "r": "ɹ", "s": "s", "u": "u",
    "@": "ə", "a": "ɑ", "e": "e", "E": "ɛ", "o": "o", "O": "ɔ",
}  # fmt: skip
#: One letter; two that are one sound come first.
LETTER_PAIRS: Final[dict[str, str]] = {
    "th": "θ", "sh": "ʃ", "ch": "ʃ", "ph": "f", "oo": "u", "ee": "i", "ou": "aʊ", "ck": "k", "ng": "ŋ", "qu": "kw",
}  # fmt: skip
LETTERS: Final[dict[str, str]] = {
    "a": "a", "b": "b", "c": "k", "d": "d", "e": "ɛ", "f": "f", "g": "ɡ", "h": "h", "i": "ɪ", "j": "ʒ", "k": "k",
    "l": "l", "m": "m", "n": "n", "o": "o", "p": "p", "q": "k", "r": "ɹ", "s": "s", "t": "t", "u": "u", "v": "v",
    "w": "w", "x": "k", "y": "i", "z": "z", "ä": "ɛ", "ö": "ø", "ü": "y", "ß": "s", "ñ": "n", "ç": "s", "å": "o",
    "æ": "æ", "ø": "ø", "é": "e", "è": "ɛ", "ê": "ɛ", "á": "a", "à": "a", "â": "a", "í": "i", "ó": "o", "ô": "o",
    "ú": "u", "û": "u",
}  # fmt: skip

_TABLES: Final[dict[MarkKind, Mapping[str, str]]] = {
    "oculus": OCULUS | {str(number): OCULUS[name] for number, name in enumerate(VISEMES)},
    "azure": AZURE,
    "rhubarb": RHUBARB,
    "polly": POLLY,
}


def phones_of(marks: MarksMessage) -> list[TimedPhone]:
    """The sounds of marks, diphthongs in two parts; a name that the IPA and letters do not have is a pause.

    Raises:
        CodecError: a name is unknown.
    """
    ends_s = [*marks.times_s[1:], marks.times_s[-1] + LAST_S if marks.end_s is None else marks.end_s]
    names = marks.names if marks.kind != "letters" else _in_pairs(marks.names)
    shortest_s = _SPACE_S if marks.kind == "letters" else _PAUSE_S
    made: list[TimedPhone] = []
    for name, begin_s, end_s in zip(names, marks.times_s, ends_s, strict=True):
        parts = _parts(marks.kind, name) if end_s > begin_s else []
        if parts and parts[0][0] is SILENCE and made and end_s - begin_s < shortest_s:
            made[-1] = made[-1]._replace(end_s=end_s)
            continue
        for phone, share in parts:
            until_s = begin_s + share * (end_s - begin_s)
            made.append(TimedPhone(phone, begin_s, until_s))
            begin_s = until_s
    phones = with_breaths([one.phone for one in made])
    return [one._replace(phone=phone) for one, phone in zip(made, phones, strict=True)]


def _parts(kind: MarkKind, name: str) -> list[tuple[Phone, float]]:
    table = _TABLES.get(kind)
    if table is None:
        sound = LETTERS.get(name.lower(), "") if kind == "letters" and len(name) == 1 else name
    elif name in table:
        sound = table[name]
    else:
        raise CodecError("unknown name", f"{kind} has no {name!r}, expected one of {', '.join(table)}")
    return parts_of(sound) or [(SILENCE, 1.0)]


def _in_pairs(letters: list[str]) -> list[str]:
    """Letters -> sounds where two are one; the second then goes on with the sound of the first."""
    made = list(letters)
    for number in range(len(letters) - 1):
        sound = LETTER_PAIRS.get((letters[number] + letters[number + 1]).lower())
        if sound is not None and made[number] == letters[number]:
            first, second = (sound, sound) if len(parts_of(sound)) == 1 else (sound[0], sound[1:])
            made[number], made[number + 1] = f"{first} ", f"{second} "  # a space: no letter any more
    return made
