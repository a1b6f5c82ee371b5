"""Methods: the ways from sound to a mouth that are compared, each as it runs live.

heard = heard_by(METHODS["vowels"], recording)
heard.coefficients           # at the recording's own times
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.devices.log_mel import RATE
from bridge.devices.mouths import Mouth, open_mouth
from bridge.devices.vowel_mouth import LATENCY_S, VowelMouth
from measure.voice.recordings import FPS, Recording
from protocol.blendshapes import INDEX
from protocol.visemes import VISEME_INDEX

Floats = NDArray[np.float32]

#: Vowels of `bridge.devices.vowel_spectrum` -> visemes.
_VISEME_OF: Final = {"aa": "aa", "ih": "ih", "ou": "ou", "ee": "E", "oh": "oh"}
#: An activity up to this is silence.
_QUIET: Final = 0.05
_JAW: Final = INDEX["jawOpen"]


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What a method made of a recording, at the recording's times.

    Attributes:
        coefficients: (T, 52) float32, 0 where it moves nothing. viseme: (T,) number.
        late_s: the delay it needs live; nan = it needs the whole recording.
        share: of a core that it takes at 60 frames a second, on this machine.
    """

    coefficients: Floats
    viseme: NDArray[np.int64]
    late_s: float
    share: float


class LoudnessMouth:
    """Loudness alone opens the jaw: the simplest lip-sync, as a floor. A `bridge.devices.mouths.Mouth`."""

    title = "loudness alone"
    names = ("aa",)
    latency_s = LATENCY_S

    def __init__(self, rate: int) -> None:
        """A closed mouth."""
        self._vowels = VowelMouth(rate)
        self.hop = self._vowels.hop
        self.activity = 0.0
        self.weights = np.zeros(1)

    def __call__(self, samples: NDArray[np.floating]) -> NDArray[np.float64]:
        """See `Mouth`."""
        self._vowels(samples)
        self.activity = self._vowels.openness
        self.weights = np.array([self.activity])
        made = np.zeros(52)
        made[_JAW] = 0.5 * self.activity
        return made


#: Name -> opens the mouth for a rate; the network may be another than the one that comes with the bridge.
METHODS: Final[dict[str, Callable[..., Mouth]]] = {
    "network, 75 ms": partial(open_mouth, kind="network", look_ahead_s=0.075),
    "network, 42 ms": partial(open_mouth, kind="network", look_ahead_s=0.04),
    "network, 0 ms": partial(open_mouth, kind="network", look_ahead_s=0.0),
    "five vowels": partial(open_mouth, kind="vowels"),
    "loudness": LoudnessMouth,
}


def methods_with(folder: Path | None) -> dict[str, Callable[[int], Mouth]]:
    """METHODS with the network of a folder; None = the one that comes with the bridge."""
    return {
        name: partial(method, folder=folder) if name.startswith("network") else method
        for name, method in METHODS.items()
    }


def heard_by(method: Callable[[int], Mouth], recording: Recording) -> Heard:
    """Play a recording to a method, frame by frame.

    Raises:
        InferenceError: the network cannot run here.
    """
    mouth = method(RATE)
    names = np.array([VISEME_INDEX[_VISEME_OF.get(name, name)] for name in mouth.names])
    late = round(mouth.latency_s * RATE) + 2 * mouth.hop
    samples = np.concatenate([recording.samples, np.zeros(late, np.float32)])
    count = len(samples) // mouth.hop
    made, visemes, at_s = np.zeros((count, 52)), np.zeros(count, np.int64), np.zeros(count)
    begun_s = time.process_time()
    for frame in range(count):
        made[frame] = mouth(samples[frame * mouth.hop : (frame + 1) * mouth.hop])
        is_quiet = mouth.activity <= _QUIET or mouth.weights.sum() <= _QUIET
        visemes[frame] = VISEME_INDEX["sil"] if is_quiet else names[int(np.argmax(mouth.weights))]
        at_s[frame] = (frame + 1) * mouth.hop / RATE - mouth.latency_s
    share = (time.process_time() - begun_s) / (count / 60)
    times_s = (np.arange(len(recording.viseme)) + 1) / FPS
    nearest = np.clip(np.searchsorted(at_s, times_s - 0.5 / 60), 0, count - 1)
    coefficients = np.stack(
        [np.interp(times_s, at_s, np.nan_to_num(made[:, one])) for one in range(52)], axis=1
    )
    return Heard(coefficients.astype(np.float32), visemes[nearest], mouth.latency_s, share)
