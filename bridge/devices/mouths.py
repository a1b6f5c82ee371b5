"""Mouths: the ways from sound to mouth coefficients, and the choice between them.

mouth = open_mouth(48000, "auto", look_ahead_s=0.04)
coefficients = mouth(samples)
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from bridge.devices.vowel_mouth import VowelMouth
from inference.errors import InferenceError

logger = logging.getLogger(__name__)

#: What --lips may be: the network where it can run, the network or nothing, or five vowels by their formants.
KINDS: Final = ("auto", "network", "vowels")
#: What --look-ahead may be; the network's own delays are within two milliseconds.
LOOK_AHEADS_MS: Final = (0, 40, 75)
#: Of a live mouth by default, and of one whose sound is known in advance.
LOOK_AHEAD_S: Final = 0.04
LONGEST_S: Final = 0.075


class Mouth(Protocol):
    """Turns sound into mouth coefficients. Belongs to one thread and one stream of sound.

    Attributes:
        hop: samples that a call is best given: 1/60 s.
    """

    hop: int

    @property
    def title(self) -> str:
        """What it is, for people."""
        ...

    @property
    def activity(self) -> float:
        """0..1, how much of a voice was in the last frame."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """What can be heard: visemes or vowels."""
        ...

    @property
    def weights(self) -> NDArray[np.floating]:
        """(N,) 0..1, how much of each of `names` was in the last frame."""
        ...

    @property
    def latency_s(self) -> float:
        """How long before the end of the sound so far the last coefficients' moment lies."""
        ...

    def __call__(self, samples: NDArray[np.floating]) -> NDArray[np.float64]:
        """The mouth after the newest samples, -1..1: (52,) coefficients 0..1, NaN where speech moves nothing."""
        ...


def open_mouth(
    rate: int, kind: str, *, look_ahead_s: float = LOOK_AHEAD_S, folder: Path | None = None
) -> Mouth:
    """Open a mouth.

    Args:
        rate: of the sound, samples a second. kind: of KINDS.
        look_ahead_s: how late the network may answer; the vowels have a lateness of their own.
        folder: another network's; None = the one that comes with the bridge.

    Raises:
        InferenceError: kind is "network", and it cannot run here.
    """
    assert kind in KINDS, kind
    if kind == "vowels":
        return VowelMouth(rate)
    from bridge.devices.speech_mouth import SpeechMouth
    from bridge.devices.voice_network import installed_voice, load_voice_model, open_voice_network

    try:
        network = open_voice_network(load_voice_model(folder or installed_voice()))
    except InferenceError as error:
        if kind == "network":
            raise
        logger.info("the mouth follows five vowels by their formants: %s", error)
        return VowelMouth(rate)
    return SpeechMouth(rate, network, look_ahead_s=look_ahead_s)
