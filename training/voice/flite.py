"""Flite: English speech by CMU's voices, which were made from recordings of people, with the times of its sounds.

    spoken = say("Good morning", "slt", stretch=1.1)

A training tool alone: flite and its voices (BSD-like licence of Carnegie Mellon University) are called as a program where
the system has it, and are not needed to run Omote.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import wave
from pathlib import Path
from typing import Final

import numpy as np

from face.phones import ARPABET
from training.errors import TrainingError
from training.voice.stops import with_closures
from training.voice.utterance import Sound, Utterance

#: Voices of general English.
VOICES: Final = ("slt", "awb", "kal16", "kal", "rms")
_TIMEOUT_S: Final = 60


def is_installed() -> bool:
    """Whether the program is on this machine."""
    return shutil.which("flite") is not None


def say(text: str, voice: str, *, stretch: float = 1.0, pitch_hz: float | None = None) -> Utterance:
    """Speak an English text.

    Args:
        stretch: above 1: slower. pitch_hz: mean of the melody; None = the voice's own.

    Raises:
        TrainingError: flite is missing or failed.
    """
    if not is_installed():
        raise TrainingError(
            "flite is not installed; it makes some of the speech to learn from: apt install flite"
        )
    pitch = () if pitch_hz is None else ("--setf", f"int_f0_target_mean={pitch_hz}")
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "said.wav"
        command = (
            "flite", "-voice", voice, "--setf", f"duration_stretch={stretch}", *pitch, "-psdur", "-t", text, str(path),
        )  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
        except subprocess.TimeoutExpired as error:
            raise TrainingError(f"flite with {voice!r} did not end in {_TIMEOUT_S:g} s") from error
        if done.returncode != 0 or not path.exists():
            raise TrainingError(f"flite failed with {voice!r}: {done.stderr.strip()[:200] or 'no sound'}")
        with wave.open(str(path)) as file:
            rate = file.getframerate()
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768.0
    sounds, begin_s = [], 0.0
    for word in done.stdout.split():
        name, _, end = word.rpartition(":")
        sounds.append(Sound(ARPABET.get(name, ""), begin_s, float(end)))
        begin_s = float(end)
    end_s = len(samples) / rate
    if begin_s < end_s:
        sounds.append(Sound("", begin_s, end_s))
    return with_closures(Utterance(samples, rate, tuple(sounds)))
