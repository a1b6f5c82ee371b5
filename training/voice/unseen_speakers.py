"""Unseen speakers: the test split, of voices that no network was trained on and nothing was chosen with.

    speakers = UnseenSpeakers()
    speakers.said(CASES[0], 15.0, random)

Voices of festival, of which training has others, and a neural one, of which it has none; some of them whisper, sing and
laugh (`training.voice.vocoder`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from training.errors import TrainingError
from training.voice import festival
from training.voice.no_voice import KINDS
from training.voice.piper import Piper, open_piper
from training.voice.texts import Texts
from training.voice.utterance import Utterance, joined
from training.voice.vocoder import MANNERS

#: The neural voice's short name; the others are festival's.
NEURAL: Final = "joe"
HELD_OUT_FESTIVAL: Final = ("ked", "lp", "lj", "dita")
_LAUGHS: Final = ("ha ha ha ha ha.", "ha ha ha.", "ha ha ha ha ha ha ha ha.")


@dataclass(frozen=True, slots=True)
class Case:
    """A recording of the test split.

    Attributes:
        voice: short name; "" = nobody speaks.
        manner: "" = spoken, "whispered", "sung" or "laughed"; of nobody: one of `training.voice.no_voice.KINDS`.
        is_clean: without a room, noise or a microphone.
    """

    voice: str
    manner: str
    is_clean: bool

    @property
    def title(self) -> str:
        """For reports."""
        by = "neural" if self.voice == NEURAL else "festival"
        said = f"{by} {self.voice}" if self.voice else ""
        return ", ".join(
            one for one in (said, self.manner, "clean" if self.is_clean and self.voice else "") if one
        )


#: Every recording once; then again with other texts.
CASES: Final = (
    *(
        Case(voice, "", is_clean)
        for voice in (*HELD_OUT_FESTIVAL, *HELD_OUT_FESTIVAL, NEURAL, NEURAL, NEURAL, NEURAL)
        for is_clean in (False, True)
    ),
    *(Case(voice, "whispered", True) for voice in ("ked", "lp", "dita", NEURAL)),
    *(Case(voice, "sung", True) for voice in ("ked", "lp", "dita", NEURAL)),
    *(Case(voice, "laughed", True) for voice in ("ked", "lj", NEURAL)),
    *(Case("", kind, True) for kind in KINDS),
)  # fmt: skip


class UnseenSpeakers:
    """The synthesizers; belongs to one thread."""

    def __init__(self) -> None:
        """Open them.

        Raises:
            TrainingError: one is missing; names all packages.
        """
        voices = [festival.VOICES[name] for name in HELD_OUT_FESTIVAL]
        missing = sorted({one.package for one in voices if not festival.is_installed(one)})
        if missing:
            raise TrainingError(
                "voices of the test split are not installed: apt install festival " + " ".join(missing)
            )
        self._piper: Piper = open_piper()
        self._texts: dict[str, Texts] = {}

    def said(self, case: Case, seconds: float, random: np.random.Generator) -> tuple[Utterance, str]:
        """Sentences of a case's voice with pauses between, and its language.

        Raises:
            TrainingError: the synthesizer failed.
        """
        is_neural = case.voice == NEURAL
        voice = festival.VOICES["ked" if is_neural else case.voice]
        parts: list[Utterance] = []
        stretch = float(random.uniform(0.85, 1.25))
        if is_neural:
            self._piper.begin(int(random.integers(2**20)))
        # every vowel of a song is longer
        wanted_s = seconds / 2.0 if case.manner == "sung" else seconds
        while sum(part.end_s for part in parts) < wanted_s:
            text = self._text(case, voice.texts, random)
            if is_neural:
                parts.append(self._piper.say(text, slower=stretch))
            else:
                parts.append(festival.say(text, voice, stretch=0.7 if case.manner == "laughed" else stretch))
        if case.manner:
            parts = [MANNERS[case.manner](part, random) for part in parts]
        pauses_s = np.exp(random.uniform(np.log(0.2), np.log(1.5), len(parts) + 1))
        return joined(parts, [float(one) for one in pauses_s]), voice.language

    def _text(self, case: Case, language: str, random: np.random.Generator) -> str:
        if case.manner == "laughed":
            return str(random.choice(_LAUGHS))
        if language not in self._texts:
            self._texts[language] = Texts(language)
        return " ".join(
            self._texts[language].sentence(random) for _ in range(1 if case.voice == NEURAL else 3)
        )
