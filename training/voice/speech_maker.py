"""SpeechMaker: one speaker's augmented speech with the truth of the mouth, as a folder.

make_speech(Path("speech"), identities, "train", seconds=45, seed=0, workers=1)
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.devices.log_mel import HOP, RATE, LogMel
from studio.seeds import random_of
from training.array_folder import read_arrays, write_arrays
from training.errors import TrainingError
from training.person_workers import make_people
from training.voice import festival, flite
from training.voice.augment import augmented, without_speech
from training.voice.coarticulation import mouth_of
from training.voice.espeak import Espeak, EspeakVoice
from training.voice.no_voice import without_voice
from training.voice.texts import HELD_OUT, TRAINED, Texts
from training.voice.unseen_speakers import CASES, Case, UnseenSpeakers
from training.voice.utterance import Utterance, joined, stretched
from training.voice.vocoder import MANNERS

logger = logging.getLogger(__name__)

Floats = NDArray[np.float32]

#: Spectra and truths a second: two a frame.
MEL_FPS: Final = RATE // HOP
#: Variants of espeak's voices that are learned from, and those that are only judged by.
TRAINED_VARIANTS: Final = (
    "", "", "", "m1", "m2", "m3", "m5", "m6", "m8", "f1", "f2", "f3", "f5", "klatt", "klatt2", "klatt4", "klatt5",
    "klatt6", "croak", "whisper", "whisperf", "Alex", "Andrea", "Annie", "Andy", "belinda", "benjamin", "boris", "caleb",
    "david", "edward", "Gene", "grandma", "grandpa", "iven", "iven3", "john", "Lee", "linda", "marcelo", "max", "michel",
    "miguel", "pablo", "paul", "quincy", "rob", "shelby", "steph", "steph3", "travis", "victor", "zac", "aunty", "Diogo",
)  # fmt: skip
HELD_OUT_VARIANTS: Final = (
    "m4",
    "m7",
    "f4",
    "klatt3",
    "Alicia",
    "adam",
    "robert",
    "steph2",
    "iven2",
    "Michael",
)
TRAINED_FLITE: Final = ("slt", "slt", "awb", "awb", "kal16", "kal")
HELD_OUT_FLITE: Final = ("rms",)
#: Voices of festival that are trained on, all of them with permissive licences, and those that are only judged by; others
#: speak in the test split.
TRAINED_FESTIVAL: Final = ("kal", "slt", "nsh")
JUDGED_FESTIVAL: Final = ("pc", "mv", "ona")
#: Share of the speakers that flite speaks, and of those in whose sound nobody speaks.
_BY_FLITE: Final = 0.12
_SPEECHLESS: Final = 0.06
#: Share of the speakers that festival speaks; and of the training split, of those that whisper, sing and laugh.
_BY_FESTIVAL: Final = 0.2
_WHISPERED, _SUNG, _LAUGHED = 0.08, 0.12, 0.06
#: Level of a clean recording, decibels.
_CLEAN_DB: Final = -22.0
_PAUSE_S: Final = (0.12, 1.6)


@dataclass(frozen=True, slots=True, eq=False)
class SpeakerData:
    """A speaker's sound and mouth, T times of 1/120 s.

    Attributes:
        mel: (T, 40) float16. controls: (T, 11) uint8, 255 = 1. viseme: (T,) uint8. speaks: (T,) bool.
        samples: (N,) int16 at RATE, of those to be judged by; else empty.
        named: (2,) text: language and voice; the language "" = nobody speaks.
    """

    mel: NDArray[np.float16]
    controls: NDArray[np.uint8]
    viseme: NDArray[np.uint8]
    speaks: NDArray[np.bool_]
    samples: NDArray[np.int16]
    named: NDArray[np.str_]


def make_speech(
    folder: Path,
    identities: Sequence[int],
    split: str,
    *,
    seconds: float,
    seed: int,
    workers: int,
    progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Make the speakers that are not finished yet; returns how many are.

    Raises:
        TrainingError: a synthesizer is missing.
    """
    opened = partial(SpeechMaker, split, seconds, seed)
    opened()  # its errors come from here and not from a worker
    return make_people(folder, identities, opened, workers=workers, progress=progress)[0]


def read_speaker(folder: Path, *, mapped: Sequence[str] = ()) -> SpeakerData:
    """Read a speaker's folder.

    Raises:
        TrainingError: a file is missing or damaged.
    """
    return read_arrays(SpeakerData, folder, mapped=mapped)


def labelled(spoken: Utterance, heard: Floats, named: tuple[str, str], *, keeps_sound: bool) -> SpeakerData:
    """A recording with the truth of the mouth.

    Args:
        spoken: what is said, a whole number of hops at RATE. heard: the same through a room and a microphone.
        named: language and voice. keeps_sound: whether it is to be judged by.
    """
    length = len(spoken.samples) // HOP
    # the k-th spectrum ends with sample (k + 1) HOP: the truth of that moment; one more, since their count is rounded down
    longer = np.append(spoken.samples, np.zeros(2 * HOP, np.float32))
    truth = mouth_of(Utterance(longer, RATE, spoken.sounds), MEL_FPS)
    kept = heard if keeps_sound else np.zeros(0, np.float32)
    return SpeakerData(
        mel=LogMel()(heard).astype(np.float16),
        controls=np.round(truth.controls[1 : length + 1] * 255).astype(np.uint8),
        viseme=truth.viseme[1 : length + 1],
        speaks=truth.speaks[1 : length + 1],
        samples=np.round(kept * 32768).clip(-32768, 32767).astype(np.int16),
        named=np.array(named),
    )


class SpeechMaker:
    """Makes one speaker after another. A `training.person_workers.PersonMaker`."""

    def __init__(self, split: str, seconds: float, seed: int) -> None:
        """Open the synthesizers.

        Raises:
            TrainingError: one is missing.
        """
        self._split, self._seconds, self._seed = split, seconds, seed
        self._espeak = Espeak()
        self._texts: dict[str, Texts] = {}
        self._babble = np.zeros(0, np.float32)
        if not flite.is_installed():
            raise TrainingError(
                "flite is not installed; it makes some of the speech to learn from: apt install flite"
            )
        wanted = {"train": TRAINED_FESTIVAL, "validation": JUDGED_FESTIVAL}.get(split, ())
        missing = [
            festival.VOICES[name].package
            for name in wanted
            if not festival.is_installed(festival.VOICES[name])
        ]
        if missing:
            raise TrainingError(
                "voices of festival are not installed; they make some of the speech to learn from: "
                "apt install festival " + " ".join(missing)
            )
        self._unseen = UnseenSpeakers() if split == "test" else None
        self._text("en")

    def make(self, identity: int, folder: Path) -> bool:
        """See `PersonMaker`. A speaker whose synthesizer fails is refused: one of them ends no run of hours."""
        random = random_of("speaker", self._seed, identity)
        if self._unseen is not None:
            case = CASES[identity % len(CASES)]
            try:
                spoken, heard, named = self._of_case(case, self._unseen, random)
            except TrainingError as error:
                logger.warning("speaker %d is refused: %s", identity, error)
                return False
        else:
            babble = self._babble if len(self._babble) else None
            if random.random() < _SPEECHLESS:
                count = int(self._seconds * RATE) // HOP * HOP
                heard = without_speech(count, random, babble)
                spoken, named = _nobody(count), ("", "")
            else:
                said, named = self._said(random)
                if said is None:
                    return False
                spoken = _whole(stretched(said, float(random.uniform(0.86, 1.18)), RATE))
                heard = augmented(spoken.samples, random, babble)
                self._babble = spoken.samples
        write_arrays(labelled(spoken, heard, named, keeps_sound=self._split != "train"), folder)
        return True

    def _of_case(
        self, case: Case, unseen: UnseenSpeakers, random: np.random.Generator
    ) -> tuple[Utterance, Floats, tuple[str, str]]:
        """A recording of the test split: what is said, how it is heard, language and voice."""
        if not case.voice:
            count = int(self._seconds * RATE) // HOP * HOP
            return _nobody(count), without_voice(case.manner, count, random), ("", case.title)
        said, language = unseen.said(case, self._seconds, random)
        spoken = _whole(stretched(said, 1.0, RATE))
        if not case.is_clean:
            heard = augmented(spoken.samples, random, None)
        else:
            loud = float(np.sqrt(np.mean(np.square(spoken.samples)))) or 1.0
            heard = np.clip(spoken.samples * (10 ** (_CLEAN_DB / 20.0) / loud), -1.0, 1.0).astype(np.float32)
        return spoken, heard, (language, case.title)

    def _said(self, random: np.random.Generator) -> tuple[Utterance | None, tuple[str, str]]:
        """Sentences of one voice with pauses between."""
        is_training = self._split == "train"
        kind = random.random()
        by_flite = kind < _BY_FLITE
        by_festival = _BY_FLITE <= kind < _BY_FLITE + _BY_FESTIVAL
        voices = TRAINED_FESTIVAL if is_training else JUDGED_FESTIVAL
        voice = festival.VOICES[str(random.choice(voices))] if by_festival else None
        if voice is not None:
            language, variant = voice.language, ""
        elif by_flite:
            language, variant = "en-us", str(random.choice(TRAINED_FLITE if is_training else HELD_OUT_FLITE))
        elif is_training:
            language, variant = str(random.choice(list(TRAINED))), str(random.choice(TRAINED_VARIANTS))
        elif random.random() < 0.5:
            language, variant = str(random.choice(list(HELD_OUT))), str(random.choice(TRAINED_VARIANTS))
        else:
            language, variant = str(random.choice(list(TRAINED))), str(random.choice(HELD_OUT_VARIANTS))
        text = self._text({**TRAINED, **HELD_OUT}[language])
        speaks = EspeakVoice(
            language,
            variant,
            int(np.clip(random.normal(165, 35), 90, 300)),
            int(np.clip(random.normal(50, 22), 0, 99)),
            int(np.clip(random.normal(50, 22), 0, 99)),
        )
        stretch, pitch_hz = float(random.uniform(0.8, 1.35)), float(random.uniform(80, 230))
        manner = _manner(random) if is_training else ""
        wanted_s = self._seconds / 2.0 if manner == "sung" else self._seconds
        parts: list[Utterance] = []
        seconds = 0.0
        while seconds < wanted_s and len(parts) < 100:
            sentence = (
                "ha " * int(random.integers(3, 9)) + "." if manner == "laughed" else text.sentence(random)
            )
            try:
                if by_flite or voice is not None:
                    # several sentences a call: the program takes longer to start than to speak
                    sentence = " ".join([sentence, *(text.sentence(random) for _ in range(4))])
                if voice is not None:
                    part = festival.say(sentence, voice, stretch=stretch)
                elif by_flite:
                    part = flite.say(sentence, variant, stretch=stretch, pitch_hz=pitch_hz)
                else:
                    part = self._espeak.say(sentence, speaks)
            except TrainingError as error:
                if len(parts) == 0 and seconds > self._seconds / 2:
                    logger.warning("a speaker is refused: %s", error)
                    return None, ("", "")
                seconds += 1.0
                continue
            parts.append(part)
            seconds += part.end_s
        if not parts:
            return None, ("", "")
        # a synthesizer that answers at another rate is brought to that of the first
        parts = [
            part if part.rate == parts[0].rate else stretched(part, 1.0, parts[0].rate) for part in parts
        ]
        if manner:
            parts = [MANNERS[manner](part, random) for part in parts]
        pauses_s = np.exp(random.uniform(np.log(_PAUSE_S[0]), np.log(_PAUSE_S[1]), len(parts) + 1))
        name = f"espeak {variant or 'default'}"
        if voice is not None:
            name = f"festival {voice.name}"
        elif by_flite:
            name = f"flite {variant}"
        name += f", {manner}" if manner else ""
        return joined(parts, [float(one) for one in pauses_s]), (language, name)

    def _text(self, language: str) -> Texts:
        if language not in self._texts:
            self._texts[language] = Texts(language)
        return self._texts[language]


def _manner(random: np.random.Generator) -> str:
    """How a speaker of the training split speaks; "" = as usual."""
    kind = random.random()
    for name, share in (("whispered", _WHISPERED), ("sung", _SUNG), ("laughed", _LAUGHED)):
        if kind < share:
            return name
        kind -= share
    return ""


def _nobody(count: int) -> Utterance:
    return Utterance(np.zeros(count, np.float32), RATE, ())


def _whole(spoken: Utterance) -> Utterance:
    """Without the samples behind the last whole hop."""
    return Utterance(spoken.samples[: len(spoken.samples) // HOP * HOP], RATE, spoken.sounds)
