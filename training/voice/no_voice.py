"""Sounds without a voice, to measure with: no mouth may move by them.

    for name in KINDS: sound = without_voice(name, 24000 * 10, random)

Made otherwise than those that training adds (`training.voice.augment`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.devices.log_mel import RATE

Floats = NDArray[np.float64]
Random = np.random.Generator

#: Level of each kind, decibels of full scale (root mean square).
_LEVEL_DB: Final = {
    "silence": -72.0,
    "hiss": -35.0,
    "hum": -30.0,
    "knocks": -30.0,
    "breath": -38.0,
    "tune": -20.0,
}
#: Semitones of a melody's scale, and seconds of its beats.
_SCALE: Final = (0, 3, 5, 7, 10, 12)
_BEATS_S: Final = (0.15, 0.3, 0.3, 0.6)


def without_voice(kind: str, count: int, random: Random) -> NDArray[np.float32]:
    """A sound of one of `KINDS`, (count,) float32."""
    made = _MADE[kind](count, random)
    loud = float(np.sqrt(np.mean(np.square(made)))) or 1.0
    return np.clip(made * (10 ** (_LEVEL_DB[kind] / 20.0) / loud), -1.0, 1.0).astype(np.float32)


def _white(count: int, random: Random) -> Floats:
    return random.standard_normal(count)


def _hiss(count: int, random: Random) -> Floats:
    """Noise whose power falls with the frequency."""
    spectrum = np.fft.rfft(_white(count, random))
    return np.asarray(np.fft.irfft(spectrum / np.sqrt(np.arange(len(spectrum)) + 10.0), count))


def _hum(count: int, random: Random) -> Floats:
    """The mains, and a fan."""
    time_s = np.arange(count) / RATE
    mains = np.zeros(count)
    for k in range(1, 12):
        mains += random.normal() / k * np.sin(2 * np.pi * 50.0 * k * time_s)
    return np.asarray(mains + 0.6 * float(mains.std()) * _hiss(count, random))


def _knocks(count: int, random: Random) -> Floats:
    """A keyboard: clicks of some milliseconds with a body that rings."""
    made = np.zeros(count)
    place = 0
    while place < count:
        length = min(int(0.08 * RATE), count - place)
        time_s = np.arange(length) / RATE
        body = np.sin(2 * np.pi * random.uniform(150.0, 900.0) * time_s) * np.exp(-time_s * 90.0)
        click = _white(length, random) * np.exp(-time_s * 600.0)
        made[place : place + length] += random.uniform(0.3, 1.0) * (click + 0.5 * body)
        place += int(random.exponential(0.18) * RATE) + 500
    return made


def _breath(count: int, random: Random) -> Floats:
    """In and out, four seconds each time: noise with the formants of an open throat."""
    time_s = np.arange(count) / RATE
    swing = np.abs(np.sin(2 * np.pi * time_s / 4.0)) ** 1.5
    spectrum = np.fft.rfft(_white(count, random))
    lines_hz = np.fft.rfftfreq(count, 1.0 / RATE)
    gain = sum(np.exp(-(((lines_hz - centre_hz) / width_hz) ** 2)) for centre_hz, width_hz in (
        (550.0, 300.0), (1600.0, 500.0), (3000.0, 900.0)
    ))  # fmt: skip
    return np.asarray(np.fft.irfft(spectrum * (gain + 0.02), count) * swing)


def _tune(count: int, random: Random) -> Floats:
    """Plucked strings play a melody over a bass, with a drum on the beat.

    Source: K. Karplus and A. Strong, "Digital synthesis of plucked-string and drum timbres", 1983.
    """
    made = np.zeros(count)
    place, root_hz = 0, float(random.uniform(140.0, 260.0))
    while place < count:
        beat = int(float(random.choice(_BEATS_S)) * RATE)
        hz = root_hz * 2.0 ** (float(random.choice(_SCALE)) / 12.0)
        for one_hz, loud in ((hz, 1.0), (root_hz / 2.0, 0.7)):
            note = _string(one_hz, min(2 * beat, count - place), random)
            made[place : place + len(note)] += loud * note
        drum = np.arange(min(int(0.12 * RATE), count - place)) / RATE
        made[place : place + len(drum)] += 0.8 * np.sin(2 * np.pi * 60.0 * drum) * np.exp(-drum * 25.0)
        place += beat
    return made


def _string(hz: float, count: int, random: Random) -> Floats:
    """A plucked string: one period of noise that goes round and loses its height."""
    period = max(2, round(RATE / hz))
    wave = random.uniform(-1.0, 1.0, period)
    rounds = []
    for _ in range(-(-count // period)):
        rounds.append(wave)
        wave = 0.497 * (wave + np.roll(wave, -1))
    return np.concatenate([np.zeros(0), *rounds])[:count]


_MADE: Final[dict[str, Callable[[int, Random], Floats]]] = {
    "silence": _white,
    "hiss": _hiss,
    "hum": _hum,
    "knocks": _knocks,
    "breath": _breath,
    "tune": _tune,
}
KINDS: Final = tuple(_MADE)
