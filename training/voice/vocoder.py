"""Vocoder: the same words with another source of sound: whispered, sung or laughed, with the times of the sounds.

    whispered(spoken, random)
    sung(spoken, random)

The spectral envelope of each moment is kept, which is what lips, jaw and tongue make; the voice's pitch is replaced.

Source: H. Dudley, "Remaking speech", 1939 (channel vocoder); envelopes by the real cepstrum, A. Oppenheim and R. Schafer,
"Homomorphic analysis of speech", 1968.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.phones import parts_of
from training.voice.utterance import Sound, Utterance

Floats = NDArray[np.float32]
Random = np.random.Generator

_WINDOW_S, _HOP_S = 0.024, 0.006
#: What lies below this time in the cepstrum is the envelope; the pitch lies above.
_ENVELOPE_S: Final = 0.0022
#: Sounds without a voice of their own.
_VOICELESS: Final = frozenset("ptkqcʈfsʃθxχhçɕʂɸħ")
#: Semitones of a scale.
_SCALE: Final = (0, 2, 4, 5, 7, 9, 11, 12)
_VIBRATO_HZ: Final = 5.5


def whispered(spoken: Utterance, random: Random) -> Utterance:
    """Without any voice: noise, brighter than the voice was."""
    pitch = np.zeros(len(spoken.sounds))
    return _revoiced(spoken, pitch, np.ones(len(pitch)), random, tilt=random.uniform(0.4, 0.9))


def sung(spoken: Utterance, random: Random) -> Utterance:
    """Each vowel on a note of a scale, and longer than spoken."""
    root_hz = float(random.uniform(110.0, 330.0))
    pitch, longer = np.zeros(len(spoken.sounds)), np.ones(len(spoken.sounds))
    note_hz = root_hz
    for number, sound in enumerate(spoken.sounds):
        if _is_vowel(sound):
            note_hz = root_hz * 2.0 ** (float(random.choice(_SCALE)) / 12.0)
            longer[number] = random.uniform(1.5, 5.0)
        pitch[number] = note_hz if _has_voice(sound) else 0.0
    return _revoiced(spoken, pitch, longer, random, vibrato=random.uniform(0.0, 0.02))


def laughed(spoken: Utterance, random: Random) -> Utterance:
    """Breathy, each vowel higher than speech and the later ones lower: for "ha ha ha"."""
    begin_hz, end_hz = random.uniform(220.0, 480.0), random.uniform(120.0, 220.0)
    vowels = [_is_vowel(sound) for sound in spoken.sounds]
    share = np.cumsum(vowels) / max(sum(vowels), 1)
    pitch = np.where(vowels, begin_hz * (end_hz / begin_hz) ** share, 0.0)
    return _revoiced(spoken, pitch, np.ones(len(pitch)), random, breath=random.uniform(0.2, 0.6))


def _is_vowel(sound: Sound) -> bool:
    return any(phone.is_vowel for phone, _ in parts_of(sound.ipa))


def _has_voice(sound: Sound) -> bool:
    return bool(parts_of(sound.ipa)) and sound.ipa[0] not in _VOICELESS


def _revoiced(
    spoken: Utterance,
    pitch_hz: NDArray[np.floating],
    longer: NDArray[np.floating],
    random: Random,
    *,
    vibrato: float = 0.0,
    breath: float = 0.0,
    tilt: float = 0.0,
) -> Utterance:
    """Another source under the envelopes of an utterance.

    Args:
        pitch_hz: of each sound; 0 = noise. longer: factor of each sound's time.
        vibrato: share of the pitch. breath: share of noise in the voice. tilt: exponent of the frequency.
    """
    rate = spoken.rate
    hop, size = round(_HOP_S * rate), 2 * round(_WINDOW_S * rate / 2)
    # the times after stretching, and where each new frame lies in the old sound
    old_s = np.array([0.0, *(one.end_s for one in spoken.sounds)])
    new_s = np.concatenate([[0.0], np.cumsum(np.diff(old_s) * longer)])
    count = max(1, int(np.ceil(new_s[-1] / _HOP_S)))
    frames_s = np.arange(count) * _HOP_S
    places = np.clip(np.interp(frames_s, new_s, old_s) * rate, 0, None).astype(np.int64)
    padded = np.pad(spoken.samples, (size // 2, size))
    window = np.hanning(size).astype(np.float32)
    shown = padded[np.minimum(places, len(spoken.samples))[:, None] + np.arange(size)] * window
    envelope = _envelopes(shown, rate)  # (frames, size // 2 + 1)
    if tilt:
        lines = np.maximum(np.fft.rfftfreq(size, 1.0 / rate), 100.0) / 1000.0
        envelope = envelope * lines**tilt
    # the source: a pulse train at the sounds' pitch, noise where they have none
    length = count * hop
    of_sample = np.searchsorted(new_s[1:-1], np.arange(length) / rate, side="right")
    hz = pitch_hz[of_sample] * (1.0 + vibrato * np.sin(2 * np.pi * _VIBRATO_HZ * np.arange(length) / rate))
    phase = np.cumsum(hz) / rate
    pulses = np.diff(np.floor(phase), prepend=0.0) * np.sqrt(rate / np.maximum(hz, 1.0))
    noise = random.standard_normal(length)
    source = np.where(hz > 0.0, pulses * np.sqrt(1.0 - breath) + noise * np.sqrt(breath), noise)
    source = np.pad(source, (size // 2, size))
    made = np.zeros(len(source))
    for frame in range(count):
        begin = frame * hop
        spectrum = np.fft.rfft(source[begin : begin + size] * window) * envelope[frame]
        made[begin : begin + size] += np.fft.irfft(spectrum, size) * window
    samples = made[size // 2 : size // 2 + length]
    loud = float(np.sqrt(np.mean(np.square(spoken.samples)))) / max(
        float(np.sqrt(np.mean(np.square(samples)))), 1e-9
    )
    sounds = tuple(
        replace(one, begin_s=float(begin_s), end_s=float(end_s))
        for one, begin_s, end_s in zip(spoken.sounds, new_s, new_s[1:], strict=False)
    )
    return Utterance((samples * loud).clip(-1.0, 1.0).astype(np.float32), rate, sounds)


def _envelopes(shown: Floats, rate: int) -> NDArray[np.float64]:
    """The smooth magnitude of each frame, (frames, size) -> (frames, size // 2 + 1)."""
    magnitude = np.abs(np.fft.rfft(shown, axis=1))
    cepstrum = np.fft.irfft(np.log(magnitude + 1e-5), axis=1)
    last = round(_ENVELOPE_S * rate)
    cepstrum[:, last : cepstrum.shape[1] - last + 1] = 0.0
    return np.asarray(np.exp(np.fft.rfft(cepstrum, axis=1).real))


#: How an utterance may be spoken, by name.
MANNERS: Final[dict[str, Callable[[Utterance, Random], Utterance]]] = {
    "whispered": whispered,
    "sung": sung,
    "laughed": laughed,
}
