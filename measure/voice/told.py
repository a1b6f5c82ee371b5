"""Told: the mouth of a recording whose text is known, as `omote-bridge voice --text` makes it.

heard = heard_with_text(recording)

The sounds are those of the recording's truth, in their order and without their times or pauses: what a flawless dictionary
would make of the text.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import numpy as np

from bridge.devices.log_mel import RATE
from bridge.voice.alignment import SpokenSound, aligned, with_pauses
from bridge.voice.mark_names import OCULUS
from bridge.voice.mark_track import MarkTrack
from bridge.voice.told_sounds import heard_visemes
from face.phones import PHONES, Phone
from measure.voice.methods import Heard
from measure.voice.recordings import FPS, Recording
from protocol.blendshapes import BLENDSHAPES
from protocol.visemes import VISEMES

#: The sound that stands for each viseme; silence is none.
_PHONES: Final[dict[int, Phone]] = {
    number: PHONES[OCULUS[name]] for number, name in enumerate(VISEMES) if OCULUS[name]
}


def heard_with_text(recording: Recording, folder: Path | None = None) -> Heard:
    """Align the sounds with the recording; the mouth rests where nobody speaks.

    Args:
        folder: another network's; None = the one that comes with the bridge.

    Raises:
        InferenceError: the network cannot run here.
    """
    begun_s = time.process_time()
    cuts = np.flatnonzero(np.diff(recording.viseme, prepend=255))
    sounds = [
        SpokenSound(_PHONES[int(recording.viseme[place])], begins_word=True)
        for place in cuts
        if int(recording.viseme[place]) in _PHONES
    ]
    count = len(recording.viseme)
    coefficients = np.zeros((count, len(BLENDSHAPES)), np.float32)
    viseme = np.zeros(count, np.int64)
    if sounds:
        track = MarkTrack(with_pauses(aligned(sounds, heard_visemes(recording.samples, RATE, folder)).phones))
        for place in range(count):
            mouth = track.at((place + 1) / FPS)
            if mouth is not None:
                coefficients[place] = mouth.weight * mouth.coefficients
                viseme[place] = mouth.viseme
    share = (time.process_time() - begun_s) / (count / FPS)
    return Heard(coefficients, viseme, late_s=float("nan"), share=share)
