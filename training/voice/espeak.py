"""Espeak: speech by espeak-ng with the times of its sounds, in a hundred languages.

    voice = Espeak()
    spoken = voice.say("Guten Morgen", EspeakVoice("de", "f2", words_a_minute=160, pitch=50, range=50))

A training tool alone: espeak-ng (GPL-3) is called through its library where the system has it, is no part of Omote, and
is not needed to run it. Its licence covers the program, not the sound that it makes.

Source: espeak-ng, src/include/espeak-ng/speak_lib.h (espeak_EVENT, espeak_PARAMETER).
"""

from __future__ import annotations

import ctypes
from ctypes.util import find_library
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from training.errors import TrainingError
from training.voice.stops import with_closures
from training.voice.utterance import Sound, Utterance

_SYNCHRONOUS: Final = 2  # AUDIO_OUTPUT_SYNCHRONOUS
_PHONEMES, _IPA = 1, 2  # espeakINITIALIZE_PHONEME_EVENTS, _IPA
_UTF8: Final = 1
_LIST_TERMINATED, _PHONEME = 0, 7  # espeak_EVENT_TYPE
_RATE, _PITCH, _RANGE = 1, 3, 4  # espeak_PARAMETER


class _Id(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    ]


_CALLBACK: Final = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


@dataclass(frozen=True, slots=True)
class EspeakVoice:
    """A way of speaking.

    Attributes:
        language: of `espeak-ng --voices`. variant: of `espeak-ng --voices=variant`; "" = the language's own voice.
        words_a_minute: 80 to 450. pitch, range: 0 to 100, of the melody's height and width.
    """

    language: str
    variant: str
    words_a_minute: int
    pitch: int
    range: int


class Espeak:
    """The library; one in a process, of one thread."""

    def __init__(self) -> None:
        """Load it.

        Raises:
            TrainingError: it is not installed.
        """
        path = find_library("espeak-ng")
        if path is None:
            raise TrainingError(
                "the library of espeak-ng is not installed; it makes the speech to learn from: "
                "apt install espeak-ng libespeak-ng1 (Debian), brew install espeak-ng"
            )
        self._library = ctypes.CDLL(path)
        self._rate: int = self._library.espeak_Initialize(_SYNCHRONOUS, 0, None, _PHONEMES | _IPA)
        if self._rate <= 0:
            raise TrainingError("espeak-ng found no data of its own; install espeak-ng-data")
        self._blocks: list[Any] = []
        self._events: list[tuple[int, str]] = []
        self._callback = _CALLBACK(self._hear)  # kept: the library only holds its address
        self._library.espeak_SetSynthCallback(self._callback)

    def say(self, text: str, voice: EspeakVoice) -> Utterance:
        """Speak a text.

        Raises:
            TrainingError: the voice is unknown, or the text has no sounds in its language.
        """
        name = f"{voice.language}+{voice.variant}" if voice.variant else voice.language
        if self._library.espeak_SetVoiceByName(name.encode()) != 0:
            raise TrainingError(
                f"espeak-ng has no voice {name!r}; see espeak-ng --voices and --voices=variant"
            )
        for parameter, value in (
            (_RATE, voice.words_a_minute), (_PITCH, voice.pitch), (_RANGE, voice.range),
        ):  # fmt: skip
            self._library.espeak_SetParameter(parameter, value, 0)
        self._blocks.clear()
        self._events.clear()
        data = text.encode()
        self._library.espeak_Synth(data, len(data) + 1, 0, 1, 0, _UTF8, None, None)
        samples = np.concatenate([np.zeros(0, np.int16), *self._blocks]).astype(np.float32) / 32768.0
        if not len(samples) or not any(name for _, name in self._events):
            raise TrainingError(f"espeak-ng says nothing for {text[:40]!r} in {voice.language}")
        ends = [place for place, _ in self._events[1:]] + [len(samples)]
        sounds = [
            Sound(ipa, place / self._rate, end / self._rate)
            for (place, ipa), end in zip(self._events, ends, strict=True)
        ]
        if sounds[0].begin_s > 0.0:
            sounds.insert(0, Sound("", 0.0, sounds[0].begin_s))
        return with_closures(Utterance(samples, self._rate, tuple(sounds)))

    def _hear(self, samples: Any, count: int, events: Any) -> int:
        """Called by the library with a block of sound and the events in it."""
        if samples and count > 0:
            self._blocks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        number = 0
        while events[number].type != _LIST_TERMINATED:
            if events[number].type == _PHONEME:
                ipa = bytes(events[number].id.string).split(b"\0")[0].decode("utf-8", "ignore")
                self._events.append((events[number].sample, ipa))
            number += 1
        return 0
