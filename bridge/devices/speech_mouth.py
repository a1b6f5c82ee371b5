"""SpeechMouth: sound -> mouth coefficients by the voice network, sixty times a second.

    mouth = SpeechMouth(rate, network, look_ahead_s=0.04)
    coefficients = mouth(samples)        # the newest 1/60 s -> (52,), NaN where speech moves nothing

In silence the mouth is shut, whatever the network says: by its own judgement whether somebody speaks, and below the level
of any voice.
"""

from __future__ import annotations

from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.devices.log_mel import RATE, LogMel
from bridge.devices.stream_resampler import StreamResampler
from bridge.devices.voice_network import DELAYS_S, VoiceNetwork
from face.mouth_controls import CONTROLS, shapes_of
from protocol.visemes import VISEMES

FRAMES_A_SECOND: Final = 60
_FRAME: Final = RATE // FRAMES_A_SECOND
#: (52,) bool: the coefficients that speech moves.
MOVED: Final[NDArray[np.bool_]] = np.asarray(shapes_of(np.full(len(CONTROLS), 0.5), 1.0) > 0.0)
#: Below the first odds of a voice the mouth is shut, above the second it moves as the network says.
_NO_VOICE, _VOICE = 0.5, 0.8
#: The mouth reaches rest this long after the voice, a share a frame.
_CLOSE_S: Final = 0.05
#: Nothing below this level is a voice, decibels of full scale.
_SILENT_DB: Final = -66.0
#: Lips are shut or they are not, but a network that is unsure answers with a share of it. Below the first closure, and
#: below the first share of the viseme PP, they are apart; from the second on they are shut. For each look-ahead: a surer
#: one may be believed earlier (docs/voice.md has what that costs).
_LIPS: Final = ((0.075, 0.25), (0.066, 0.22), (0.06, 0.20))
_SOUND: Final = ((0.075, 0.25), (0.06, 0.20), (0.054, 0.18))
#: A sign of closure that has fallen from its peak in so many frames counts less: lips part faster than the network becomes
#: unsure, and stayed shut nearly twice as long as they ought to without this.
RELEASE_FRAMES: Final = 4
assert len(_LIPS) == len(_SOUND) == len(DELAYS_S)
_PP: Final = VISEMES.index("PP")
_CLOSURE: Final = CONTROLS.index("closure")


class SpeechMouth:
    """See `bridge.devices.mouths.Mouth`. Belongs to one thread and one stream of sound."""

    names = VISEMES

    def __init__(self, rate: int, network: VoiceNetwork, *, look_ahead_s: float) -> None:
        """A closed mouth.

        Args:
            rate: samples a second of the sound.
            look_ahead_s: the mouth follows the sound this late; the nearest of `DELAYS_S` is taken.
        """
        self.hop = round(rate / FRAMES_A_SECOND)
        self.weights = np.zeros(len(VISEMES))
        self.activity = 0.0
        self.title = f"voice network, {network.provider}"
        self._head = int(np.argmin([abs(delay_s - look_ahead_s) for delay_s in DELAYS_S]))
        self._lips, self._sound = _LIPS[self._head], _SOUND[self._head]
        self._network = network
        self._resampler = StreamResampler(rate, RATE)
        self._mel = LogMel()
        # A frame is complete with the last sample of its sound, though the resampler hands it out later.
        self._unused = np.zeros(ceil(self._resampler.late_s * RATE), np.float32)
        self._open = 0.0
        self._signs = np.zeros((RELEASE_FRAMES + 1, 2))  # the newest last: closure, and share of PP
        self._coefficients = np.where(MOVED, 0.0, np.nan)

    @property
    def latency_s(self) -> float:
        """See `Mouth`."""
        return DELAYS_S[self._head] + self._resampler.late_s + len(self._unused) / RATE

    def __call__(self, samples: NDArray[np.floating]) -> NDArray[np.float64]:
        """The mouth after the newest samples.

        Args:
            samples: (N,), -1..1.

        Returns:
            (52,) float64 coefficients 0..1 in the order of `BLENDSHAPES`, NaN outside `MOVED`.

        Raises:
            ProviderError: the provider failed.
        """
        heard = self._resampler(np.nan_to_num(np.clip(samples, -1.0, 1.0)))
        waiting = np.concatenate([self._unused, heard])
        count = len(waiting) // _FRAME
        for frame in range(count):
            self._frame(waiting[frame * _FRAME : (frame + 1) * _FRAME])
        self._unused = waiting[count * _FRAME :]
        return self._coefficients

    def _frame(self, samples: NDArray[np.float32]) -> None:
        """One frame of 1/60 s at RATE."""
        heard = self._network.hear(self._mel(samples).reshape(-1))
        level_db = 10.0 * float(np.log10(np.mean(np.square(samples)) + 1e-12))
        speaks = 0.0 if level_db < _SILENT_DB else float(heard.speaks[self._head])
        wanted = _share(speaks, (_NO_VOICE, _VOICE))
        step = 1.0 if wanted > self._open else 1.0 / (_CLOSE_S * FRAMES_A_SECOND)
        self._open += min(max(wanted - self._open, -step), step)
        controls = heard.controls[self._head].astype(np.float64)
        self._signs[:-1] = self._signs[1:]
        self._signs[-1] = controls[_CLOSURE], heard.visemes[self._head, _PP]
        lips, sound = released(self._signs[-1], self._signs.max(axis=0))
        controls[_CLOSURE] = max(_share(float(lips), self._lips), _share(float(sound), self._sound))
        self.activity = self._open
        self.weights = heard.visemes[self._head] * self._open
        self._coefficients = np.where(MOVED, shapes_of(controls * self._open, 1.0), np.nan)


def speaking_share(speaks: NDArray[np.floating]) -> NDArray[np.floating]:
    """How far the mouth follows, of the odds that somebody speaks; without the time in which it shuts."""
    return np.asarray(np.clip((speaks - _NO_VOICE) / (_VOICE - _NO_VOICE), 0.0, 1.0))


def released(sign: NDArray[np.floating], peak: NDArray[np.floating]) -> NDArray[np.floating]:
    """A sign of closed lips, less the further it has fallen from its peak in the last RELEASE_FRAMES."""
    return np.asarray(sign * np.square(sign / np.maximum(peak, 1e-6)))


def lips_closure(
    closure: NDArray[np.floating],
    sound: NDArray[np.floating],
    lips_ends: tuple[float, float],
    sound_ends: tuple[float, float],
) -> NDArray[np.floating]:
    """How far the lips are shut in a whole recording; slow reference of what `SpeechMouth` does frame by frame.

    Args:
        closure, sound: (F,) the network's closure and its share of PP. lips_ends, sound_ends: thresholds of each.
    """
    shares = []
    for signs, (first, last) in ((closure, lips_ends), (sound, sound_ends)):
        before = np.pad(np.asarray(signs, np.float64), (RELEASE_FRAMES, 0))
        peaks = np.lib.stride_tricks.sliding_window_view(before, RELEASE_FRAMES + 1).max(axis=1)
        shares.append(np.clip((released(signs, peaks) - first) / (last - first), 0.0, 1.0))
    return np.asarray(np.maximum(*shares))


def _share(value: float, ends: tuple[float, float]) -> float:
    """0 up to the first end, 1 from the second on."""
    return min(max((value - ends[0]) / (ends[1] - ends[0]), 0.0), 1.0)
