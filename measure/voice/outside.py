"""Outside: other programs that turn sound into visemes, to be compared with on the same recordings.

    ways = [outside_way(text) for text in ("headaudio=package", "rhubarb=rhubarb/rhubarb")]

Both are called as programs where they are installed; nothing of them is part of Omote. Their visemes become a mouth by
Omote's own shapes, so that only the hearing is compared:

- headaudio: the unpacked npm package @met4citizen/headaudio (MIT), live, by node.
- rhubarb: the program Rhubarb Lip Sync (MIT), of the whole recording, with its phonetic recognizer, which is meant
  for all languages.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
import wave
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from bridge.devices.log_mel import RATE
from bridge.errors import SoundError
from bridge.voice.mark_files import read_marks
from bridge.voice.mark_names import OCULUS, phones_of
from bridge.voice.mark_track import MarkTrack
from face.mouth_controls import CONTROLS, shapes_of
from face.phones import PHONES
from measure.errors import MeasureError
from measure.voice.methods import Heard
from measure.voice.recordings import FPS, Recording
from protocol.blendshapes import BLENDSHAPES
from protocol.visemes import VISEME_INDEX

#: headaudio's order; the last one is silence.
HEADAUDIO: Final = (
    "aa", "E", "ih", "oh", "ou", "PP", "SS", "TH", "DD", "FF", "kk", "nn", "RR", "CH", "sil",
)  # fmt: skip
#: The greatest value that headaudio gives a viseme, in its own order.
_MOST: Final = np.array([0.75 if name in ("PP", "FF") else 0.65 for name in HEADAUDIO])
#: headaudio names no delay. With this one most of its visemes are right on the validation split.
HEADAUDIO_LATE_S: Final = 0.1
_SCRIPT: Final = Path(__file__).with_name("headaudio.mjs")
#: A viseme with less than this share is silence.
_QUIET: Final = 0.05
_TIMEOUT_S: Final = 600


def outside_way(text: str) -> tuple[str, Callable[[Recording], Heard]]:
    """Name and function of `headaudio=FOLDER` or `rhubarb=PROGRAM`.

    Raises:
        MeasureError: another name, or there is nothing at the path.
    """
    name, _, path = text.partition("=")
    ways = {"headaudio": (_by_headaudio, "package.json"), "rhubarb": (_by_rhubarb, "")}
    if name not in ways or not path:
        raise MeasureError(f"--against {text!r}, expected headaudio=FOLDER or rhubarb=PROGRAM")
    way, inside = ways[name]
    found = Path(path)
    if not (found / inside if inside else found).is_file():
        wanted = "the unpacked npm package @met4citizen/headaudio" if inside else "Rhubarb's program"
        raise MeasureError(f"--against {text}: {path} is not {wanted}")
    return name, partial(way, found)


def heard_visemes(values: np.ndarray, late_s: float, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (count, 52) and visemes (count,) of headaudio's values.

    Args:
        values: (F, 15) in headaudio's order, the n-th at (n + 1) / 60 s. late_s: how much earlier they are meant.
        count: truths of 1 / FPS s.
    """
    shares = np.clip(values / _MOST, 0.0, 1.0)
    shares[:, HEADAUDIO.index("sil")] = 0.0
    targets = np.stack(
        [PHONES[OCULUS[name]].targets if OCULUS[name] else np.zeros(len(CONTROLS)) for name in HEADAUDIO]
    )
    controls = np.clip(shares @ targets, 0.0, 1.0)
    shapes = np.stack([shapes_of(one, 1.0) for one in controls])
    best = np.array([VISEME_INDEX[HEADAUDIO[one]] for one in shares.argmax(axis=1)])
    best[shares.max(axis=1) < _QUIET] = VISEME_INDEX["sil"]
    at_s = (np.arange(len(values)) + 1) / 60 - late_s
    times_s = (np.arange(count) + 1) / FPS
    nearest = np.clip(np.searchsorted(at_s, times_s - 0.5 / 60), 0, len(values) - 1)
    moved = np.stack([np.interp(times_s, at_s, shapes[:, one]) for one in range(len(BLENDSHAPES))], axis=1)
    return moved.astype(np.float32), best[nearest].astype(np.int64)


def _by_headaudio(package: Path, recording: Recording) -> Heard:
    late = np.zeros(round(HEADAUDIO_LATE_S * RATE) + RATE // 30, np.float32)
    with tempfile.TemporaryDirectory() as place:
        heard, made = Path(place) / "in.f32", Path(place) / "out.f32"
        heard.write_bytes(np.concatenate([recording.samples, late]).astype("<f4").tobytes())
        seconds = _run(["node", str(_SCRIPT), str(package.resolve()), str(heard), str(RATE), str(made)], made)
        values = np.fromfile(made, "<f4").reshape(-1, len(HEADAUDIO)).astype(np.float64)
    coefficients, viseme = heard_visemes(values, HEADAUDIO_LATE_S, len(recording.viseme))
    return Heard(coefficients, viseme, HEADAUDIO_LATE_S, seconds * 60 / len(values))


def _by_rhubarb(program: Path, recording: Recording) -> Heard:
    with tempfile.TemporaryDirectory() as place:
        heard, made = Path(place) / "in.wav", Path(place) / "out.json"
        with wave.open(str(heard), "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes(np.round(recording.samples * 32767).clip(-32768, 32767).astype("<i2").tobytes())
        command = [str(program.resolve()), "-q", "-r", "phonetic", "-f", "json", "--threads", "1", "-o"]
        seconds = _run([*command, str(made), str(heard)], made)
        try:
            track = MarkTrack(phones_of(read_marks(made)))
        except SoundError as error:
            raise MeasureError(f"rhubarb: {error}") from error
    count = len(recording.viseme)
    coefficients = np.zeros((count, len(BLENDSHAPES)), np.float32)
    viseme = np.zeros(count, np.int64)
    for number in range(count):
        mouth = track.at((number + 1) / FPS)
        if mouth is not None:
            coefficients[number] = mouth.weight * mouth.coefficients
            viseme[number] = mouth.viseme
    return Heard(coefficients, viseme, float("nan"), seconds / (count / FPS))


def _run(command: list[str], made: Path) -> float:
    """Run a program that writes a file; returns its seconds.

    Raises:
        MeasureError: it is missing, or wrote nothing.
    """
    begun_s = time.monotonic()
    try:
        done = subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MeasureError(f"{command[0]} cannot be run: {error}") from error
    if done.returncode or not made.is_file():
        reason = done.stderr.decode("utf-8", "replace").strip()[-200:] or f"status {done.returncode}"
        raise MeasureError(f"{command[0]} failed: {reason}")
    return time.monotonic() - begun_s
