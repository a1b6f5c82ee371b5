"""Festival: speech by the diphone, unit-selection and HTS voices of festival, with the times of its sounds.

    spoken = say("Good morning", VOICES["ked"], stretch=1.1)

A tool of training and measuring alone: festival (BSD-like licence of Edinburgh and Carnegie Mellon University) is called
as a program where the system has it, and is not needed to run Omote. Some of its voices are GPL or LGPL; those are only
measured with, never trained on.

Source: Festival manual 2.4, section 14 "Utterances" (utt.save.segs: the end of each segment in seconds).
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from face.phones import ARPABET
from training.errors import TrainingError
from training.voice.stops import with_closures
from training.voice.utterance import Sound, Utterance

_PROGRAM: Final = "festival"
_TIMEOUT_S: Final = 120
#: Files of the voices, as Debian installs them.
_VOICES: Final = Path("/usr/share/festival/voices")
_SAME: Final = {letter: letter for letter in "abcdefhijklmnoprstuvwxyz"} | {"g": "ɡ"}

ITALIAN: Final[dict[str, str]] = {
    **_SAME, "E": "ɛ", "O": "ɔ", "S": "ʃ", "Z": "ʒ", "tS": "tʃ", "dZ": "dʒ", "ts": "ts", "dz": "dz", "J": "ɲ",
    "ng": "ŋ", "nf": "ɱ", "L": "ʎ",
}  # fmt: skip
CATALAN: Final[dict[str, str]] = {
    **_SAME, "ax": "ə", "E": "ɛ", "O": "ɔ", "S": "ʃ", "Z": "ʒ", "J": "ɲ", "L": "ʎ", "r": "ɾ", "rr": "r",
}  # fmt: skip
FINNISH: Final[dict[str, str]] = {
    **_SAME, "@": "æ", "7": "ø", "&": "ə", "T": "θ", "D": "ð", "S": "ʃ", "Z": "ʒ", "N": "ŋ", "L": "ʎ",
}  # fmt: skip
CZECH: Final[dict[str, str]] = {
    **_SAME, "c": "ts", "c~": "tʃ", "ch": "x", "d~": "ɟ", "dz": "dz", "dz~": "dʒ", "h": "ɦ", "n*": "ŋ", "n~": "ɲ",
    "r~": "rʒ", "r~*": "rʃ", "s~": "ʃ", "t~": "c", "z~": "ʒ",
}  # fmt: skip
#: A doubled consonant is palatalised, a doubled vowel stressed.
RUSSIAN: Final[dict[str, str]] = {
    **_SAME, **{2 * letter: _SAME[letter] for letter in "ieoaupbtdkgfvsznmlr"}, "a": "ɐ", "yy": "ɨ", "y": "ɨ", "u": "ʊ",
    "ae": "ə", "ay": "ɪ", "ur": "ʊ", "c": "ts", "ch": "tɕ", "sh": "ʂ", "sch": "ɕ", "zh": "ʐ", "h": "x", "hh": "x",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class FestivalVoice:
    """A voice.

    Attributes:
        name: festival's. package: Debian's. place: its folder below festival's voices.
        language: espeak's name of its language. texts: CLDR's, of `training.voice.texts`.
        encoding: of the text. phones: its names of sounds -> IPA; stress digits and length marks are left out.
    """

    name: str
    package: str
    place: str
    language: str
    texts: str
    encoding: str
    phones: Mapping[str, str]


#: Short name -> voice. kal and slt speak in flite as well.
VOICES: Final[dict[str, FestivalVoice]] = {
    "kal": FestivalVoice(
        "kal_diphone", "festvox-kallpc16k", "english/kal_diphone", "en-us", "en", "ascii", ARPABET
    ),
    "slt": FestivalVoice(
        "cmu_us_slt_arctic_hts", "festvox-us-slt-hts", "us/cmu_us_slt_arctic_hts", "en-us", "en", "ascii", ARPABET
    ),
    "ked": FestivalVoice(
        "ked_diphone", "festvox-kdlpc16k", "english/ked_diphone", "en-us", "en", "ascii", ARPABET
    ),
    "lp": FestivalVoice(
        "lp_diphone", "festvox-italp16k", "italian/lp_diphone", "it", "it", "iso-8859-1", ITALIAN
    ),
    "pc": FestivalVoice(
        "pc_diphone", "festvox-itapc16k", "italian/pc_diphone", "it", "it", "iso-8859-1", ITALIAN
    ),
    "lj": FestivalVoice(
        "suo_fi_lj_diphone", "festvox-suopuhe-lj", "finnish/suo_fi_lj_diphone", "fi", "fi", "iso-8859-1", FINNISH
    ),
    "mv": FestivalVoice(
        "hy_fi_mv_diphone", "festvox-suopuhe-mv", "finnish/hy_fi_mv_diphone", "fi", "fi", "iso-8859-1", FINNISH
    ),
    "dita": FestivalVoice(
        "czech_dita", "festvox-czech-dita", "czech/czech_dita", "cs", "cs", "iso-8859-2", CZECH
    ),
    "nsh": FestivalVoice(
        "msu_ru_nsh_clunits", "festvox-ru", "russian/msu_ru_nsh_clunits", "ru", "ru", "utf-8", RUSSIAN
    ),
    "ona": FestivalVoice(
        "upc_ca_ona_hts", "festvox-ca-ona-hts", "catalan/upc_ca_ona_hts", "ca", "ca", "iso-8859-1", CATALAN
    ),
}  # fmt: skip


def is_installed(voice: FestivalVoice) -> bool:
    """Whether the program and the voice are on this machine."""
    return shutil.which(_PROGRAM) is not None and (_VOICES / voice.place).is_dir()


def say(text: str, voice: FestivalVoice, *, stretch: float = 1.0, more: str = "") -> Utterance:
    """Speak a text.

    Args:
        stretch: above 1: slower; HTS voices keep their own tempo.
        more: commands in Scheme between the choice of the voice and the text.

    Raises:
        TrainingError: festival or the voice is missing, or it said nothing.
    """
    if not is_installed(voice):
        raise TrainingError(
            f"festival's voice {voice.name} is not installed: apt install festival {voice.package}"
        )
    said = text.encode(voice.encoding, "ignore").replace(b"\\", b" ").replace(b'"', b" ")
    with tempfile.TemporaryDirectory() as place:
        sound, segments, script = (Path(place) / name for name in ("said.wav", "said.segs", "say.scm"))
        script.write_bytes(
            f"(voice_{voice.name})\n(Parameter.set 'Duration_Stretch {stretch})\n{more}\n".encode()
            + b'(set! said (utt.synth (Utterance Text "' + said + b'")))\n'
            + f"(utt.save.wave said \"{sound}\" 'riff)\n(utt.save.segs said \"{segments}\")\n".encode()
        )  # fmt: skip
        return _run(script, sound, segments, voice)


def _run(script: Path, sound: Path, segments: Path, voice: FestivalVoice) -> Utterance:
    command = (_PROGRAM, "--batch", str(script))
    try:
        done = subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise TrainingError(f"festival with {voice.name} did not end in {_TIMEOUT_S:g} s") from error
    if not (sound.exists() and segments.exists()):
        reason = done.stderr.decode("utf-8", "replace").strip()[:200] or "no sound"
        raise TrainingError(f"festival failed with {voice.name}: {reason}")
    with wave.open(str(sound)) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768.0
    lines = segments.read_text(encoding="utf-8", errors="replace").splitlines()
    sounds = sounds_of_segments(lines, len(samples) / rate, voice.phones)
    return with_closures(Utterance(samples, rate, sounds))


def sounds_of_segments(lines: list[str], end_s: float, phones: Mapping[str, str]) -> tuple[Sound, ...]:
    """The sounds of a file of segments: after a line "#", each line is an end in seconds, a colour and a name.

    Args:
        end_s: of the sound; what follows the last segment is a pause.

    Raises:
        TrainingError: it names no sound that is known.
    """
    sounds, begin_s = [], 0.0
    for line in lines:
        words = line.split()
        if len(words) < 3:
            continue  # the header
        last_s = min(float(words[0]), end_s)
        name = words[2]
        ipa = phones.get(name) or phones.get(name.rstrip("0123456789:"), "")
        sounds.append(Sound(ipa, begin_s, max(last_s, begin_s)))
        begin_s = sounds[-1].end_s
    if not any(one.ipa for one in sounds):
        raise TrainingError("festival's segments hold no sound that is known")
    if begin_s < end_s:
        sounds.append(Sound("", begin_s, end_s))
    return tuple(sounds)
