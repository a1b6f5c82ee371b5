"""Augment: speech as microphones hear it: voices, rooms, noise, music, filters, compression and every level.

    heard = augmented(spoken.samples, random, babble=other)
    heard = without_speech(24000 * 10, random, babble=other)

A network that only hears clean synthesizers learns the synthesizer.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.devices.log_mel import RATE

Floats = NDArray[np.float32]
Random = np.random.Generator

#: Level of the speech, and of the loudest and the faintest noise below it, decibels.
_LEVEL_DB: Final = (-48.0, -8.0)
_BELOW_DB: Final = (4.0, 50.0)
#: Level of a noise without any speech.
_ALONE_DB: Final = (-75.0, -20.0)
#: A filter's length, and the frequencies at which its gain is given.
_TAPS: Final = 2048
_LINES_HZ: Final = np.fft.rfftfreq(_TAPS, 1.0 / RATE)


def augmented(speech: Floats, random: Random, babble: Floats | None = None) -> Floats:
    """Speech at RATE through a voice's colour, a room, noise and a microphone.

    Args:
        speech: (N,).
        babble: other people's speech, for the background.

    Returns:
        (N,) float32, -1..1; in time with `speech`.
    """
    made = _coloured(speech, random, 9.0)
    made = _with_swells(made, random)
    if random.random() < 0.35:
        made = made + _breaths(len(made), made, random)
    if random.random() < 0.6:
        made = _in_room(made, random)
    loud = _rms(made[np.abs(made) > 1e-4]) if np.any(np.abs(made) > 1e-4) else 1.0
    made = made / max(loud, 1e-6)
    if random.random() < 0.85:
        below_db = random.uniform(*_BELOW_DB)
        made = made + _noise(len(made), random, babble) * np.float32(10 ** (-below_db / 20))
    return _recorded(made, random, random.uniform(*_LEVEL_DB))


def without_speech(count: int, random: Random, babble: Floats | None = None) -> Floats:
    """Noise, music, distant voices, somebody who breathes, or nothing, (count,) float32; no mouth moves."""
    made = np.zeros(count, np.float32) if random.random() < 0.12 else _noise(count, random, babble)
    kind = random.random()
    if kind < 0.25:  # breath, nearer to the microphone than the noise is
        made = _breathing(count, random) + made * np.float32(10 ** (-random.uniform(6.0, 40.0) / 20.0))
    elif kind < 0.5:
        made = made + 0.5 * _breaths(count, np.zeros(count, np.float32), random)
    return _recorded(made, random, random.uniform(*_ALONE_DB))


def _recorded(sound: Floats, random: Random, level_db: float) -> Floats:
    """A microphone: its bandwidth, its overload, its level, its bits."""
    if random.random() < 0.7:
        low_hz = random.uniform(20.0, 250.0)
        high_hz = random.choice([3400.0, 5500.0, 7500.0, 11000.0])
        sound = _band(sound, low_hz, high_hz)
    if random.random() < 0.25:  # overload or a compressor
        drive = random.uniform(0.6, 3.0)
        sound = (np.tanh(sound * drive / 3.0) * 3.0 / drive).astype(np.float32)
    sound = sound * np.float32(10 ** (level_db / 20))
    if random.random() < 0.08:  # a telephone's eight bits
        law = np.sign(sound) * np.log1p(255.0 * np.minimum(np.abs(sound), 1.0)) / np.log(256.0)
        law = np.round(law * 127.0) / 127.0
        sound = np.sign(law) * np.expm1(np.abs(law) * np.log(256.0)) / 255.0
    return (np.round(np.clip(sound, -1.0, 1.0) * 32767.0) / 32768.0).astype(np.float32)


def _coloured(sound: Floats, random: Random, most_db: float) -> Floats:
    """A random smooth frequency response."""
    octaves = np.log2(np.maximum(_LINES_HZ, 60.0) / 60.0)
    knots = np.arange(0.0, 9.5, 0.8)
    tilt = random.normal(0.0, 1.2)
    gain_db = np.interp(octaves, knots, random.normal(0.0, most_db / 3.0, len(knots))) + tilt * (
        octaves - 4.0
    )
    return _filtered(sound, 10 ** (np.clip(gain_db, -18.0, 18.0) / 20.0))


def _band(sound: Floats, low_hz: float, high_hz: float) -> Floats:
    low = 1.0 / np.sqrt(1.0 + (low_hz / np.maximum(_LINES_HZ, 1.0)) ** 4)
    high = 1.0 / np.sqrt(1.0 + (_LINES_HZ / high_hz) ** 12)
    return _filtered(sound, low * high)


def _filtered(sound: Floats, gain: NDArray[np.floating]) -> Floats:
    """Filtered by a gain at each of _LINES_HZ, without delay."""
    taps = np.roll(np.fft.irfft(gain), _TAPS // 2) * np.hanning(_TAPS + 1)[:_TAPS]
    return _convolved(np.append(sound, np.zeros(_TAPS // 2, np.float32)), taps)[_TAPS // 2 :]


def _convolved(sound: Floats, taps: NDArray[np.floating]) -> Floats:
    """The first len(sound) samples of a convolution, by overlapping blocks."""
    size = 4 * 2 ** int(np.ceil(np.log2(len(taps))))
    hop = size - len(taps) + 1
    blocks = -(-len(sound) // hop)
    padded = np.zeros((blocks - 1) * hop + size, np.float32)
    padded[len(taps) - 1 : len(taps) - 1 + len(sound)] = sound
    response = np.fft.rfft(np.asarray(taps, np.float32), size).astype(np.complex64)
    made = np.empty((blocks, hop), np.float32)
    for block in range(blocks):
        spectrum = np.fft.rfft(padded[block * hop : block * hop + size]) * response
        made[block] = np.fft.irfft(spectrum, size)[len(taps) - 1 :]
    return made.reshape(-1)[: len(sound)]


def _in_room(sound: Floats, random: Random) -> Floats:
    """With the echoes of a room."""
    seconds = random.uniform(0.08, 0.6)
    count = int(seconds * RATE)
    time_s = np.arange(count) / RATE
    echo = random.standard_normal(count) * np.exp(-6.9 * time_s / seconds)
    echo[: int(random.uniform(0.001, 0.012) * RATE)] = 0.0
    for _ in range(5):  # walls
        place = int(random.uniform(0.002, 0.03) * RATE)
        if place < count:
            echo[place] += random.normal(0.0, 4.0)
    echo *= 10 ** (-random.uniform(3.0, 22.0) / 20.0) / max(float(np.sqrt(np.sum(echo**2))), 1e-6)
    echo[0] = 1.0
    return _convolved(sound, echo)


def _with_swells(sound: Floats, random: Random) -> Floats:
    """A speaker who moves: slow changes of the level."""
    knots = max(2, len(sound) // (2 * RATE))
    gain_db = np.interp(
        np.linspace(0.0, 1.0, len(sound)), np.linspace(0.0, 1.0, knots), random.normal(0.0, 2.0, knots)
    )
    return np.asarray(sound * np.exp(gain_db * 0.1151), np.float32)


def _breaths(count: int, beside: Floats, random: Random) -> Floats:
    """Breaths, one every few seconds, in pauses where there is any."""
    made = np.zeros(count, np.float32)
    level = float(np.sqrt(np.mean(np.square(beside)))) or 0.1
    for _ in range(max(1, count // (4 * RATE))):
        length = int(random.uniform(0.15, 0.6) * RATE)
        places = random.integers(0, max(1, count - length), 12)
        place = min(places, key=lambda p: float(np.abs(beside[p : p + length]).sum()))
        if float(np.abs(beside[place : place + length]).mean()) > 0.05 * level:
            continue  # no pause
        noise = _band(
            random.normal(0.0, 1.0, length).astype(np.float32),
            random.uniform(200, 900),
            random.uniform(2000, 6000),
        )
        loud = level * 10 ** (-random.uniform(10.0, 30.0) / 20.0)
        made[place : place + length] += noise * np.hanning(length).astype(np.float32) * np.float32(loud)
    return made


def _breathing(count: int, random: Random) -> Floats:
    """In and out, as long as breaths are: noise with the resonances of an open throat, its RMS 1.

    Whispered vowels are such noise too; a breath swells slowly, and its resonances stay.
    """
    made = np.zeros(count, np.float32)
    place = int(random.uniform(0.0, 1.0) * RATE)
    while place < count:
        length = min(int(random.uniform(0.4, 2.6) * RATE), count - place)
        gain = np.full(len(_LINES_HZ), random.uniform(0.01, 0.2))
        for low_hz, high_hz in ((350.0, 850.0), (1100.0, 2100.0), (2400.0, 3600.0)):
            away = (_LINES_HZ - random.uniform(low_hz, high_hz)) / random.uniform(150.0, 700.0)
            gain += random.uniform(0.3, 1.0) * np.exp(-(away**2))
        noise = _filtered(random.normal(0.0, 1.0, length).astype(np.float32), gain)
        swell = np.hanning(length) ** random.uniform(0.4, 1.6)
        made[place : place + length] += (
            noise * swell.astype(np.float32) * np.float32(random.uniform(0.4, 1.0))
        )
        place += length + int(random.uniform(0.05, 1.5) * RATE)
    return (made / np.float32(max(_rms(made), 1e-6))).astype(np.float32)


def _noise(count: int, random: Random, babble: Floats | None) -> Floats:
    """One or two kinds of background with the RMS 1."""
    made = np.zeros(count, np.float32)
    for _ in range(1 + (random.random() < 0.35)):
        kind = random.random()
        if kind < 0.42:
            one = _hiss(count, random)
        elif kind < 0.68:
            one = _music(count, random)
        elif kind < 0.82 and babble is not None:
            one = _far_voices(count, babble, random)
        elif kind < 0.92:
            one = _clatter(count, random)
        else:
            time_s = np.arange(count) / RATE
            base = random.choice([50.0, 60.0])
            one = sum(
                (random.normal() / k * np.sin(2 * np.pi * base * k * time_s) for k in range(1, 8)),
                np.zeros(count),
            ).astype(np.float32)
        made += one / max(_rms(one), 1e-6) * np.float32(random.uniform(0.3, 1.0))
    return made / np.float32(max(_rms(made), 1e-6))


def _hiss(count: int, random: Random) -> Floats:
    white = random.standard_normal(count, np.float32)
    return _filtered(white, (np.maximum(_LINES_HZ, 20.0) / 1000.0) ** -random.uniform(0.0, 1.0))


def _music(count: int, random: Random) -> Floats:
    """Chords and melodies of tones with harmonics."""
    made = np.zeros(count, np.float32)
    root = random.uniform(80.0, 330.0)
    beat = int(RATE * random.uniform(0.12, 0.6))
    harmonics = int(random.integers(1, 9))
    fall = random.uniform(0.6, 2.2)
    for begin in range(0, count, beat):
        length = min(int(beat * random.uniform(0.8, 2.5)), count - begin)
        time_s = np.arange(length) / RATE
        shape = np.minimum(time_s / random.uniform(0.004, 0.05), 1.0) * np.exp(
            -time_s * random.uniform(0.5, 6.0)
        )
        shape = shape * np.minimum((length / RATE - time_s) / 0.02, 1.0)
        for _ in range(int(random.integers(1, 4))):
            hz = root * 2.0 ** (random.choice([0, 2, 4, 5, 7, 9, 11, 12, 14, 16, 19]) / 12.0)
            swing = 0.003 * hz * np.sin(2 * np.pi * 5.5 * time_s) if random.random() < 0.3 else 0.0
            phase = 2 * np.pi * np.cumsum(hz + swing + np.zeros(length)) / RATE
            for k in range(1, harmonics + 1):
                if hz * k < 9000.0:
                    made[begin : begin + length] += (shape * k**-fall * np.sin(k * phase)).astype(np.float32)
    if random.random() < 0.4:
        made += _clatter(count, random) * np.float32(0.3 * _rms(made) / 0.05)
    return made


def _far_voices(count: int, babble: Floats, random: Random) -> Floats:
    made = np.zeros(count, np.float32)
    for _ in range(int(random.integers(3, 9))):
        made += np.resize(np.roll(babble, int(random.integers(len(babble)))), count)[
            :: random.choice([-1, 1])
        ]
    return _in_room(made, random)


def _clatter(count: int, random: Random) -> Floats:
    """Keys, clicks, knocks."""
    made = np.zeros(count, np.float32)
    for _ in range(max(1, int(count / RATE * random.uniform(0.5, 8.0)))):
        length = int(random.uniform(0.005, 0.15) * RATE)
        place = int(random.integers(0, max(1, count - length)))
        time_s = np.arange(length) / RATE
        burst = random.normal(0.0, 1.0, length) * np.exp(-time_s * random.uniform(30.0, 400.0))
        if random.random() < 0.5:
            burst = burst * np.sin(2 * np.pi * random.uniform(200.0, 3000.0) * time_s)
        made[place : place + length] += (burst * random.uniform(0.2, 1.0))[: len(made) - place].astype(
            np.float32
        )
    return made


def _rms(sound: Floats) -> float:
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))) if len(sound) else 0.0
