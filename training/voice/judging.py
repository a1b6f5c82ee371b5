"""Figures of the voice network on speakers that it never heard.

figures = judged(net, speakers)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch

from face.mouth_controls import CONTROLS
from networks.voice import VoiceNet
from protocol.visemes import VISEME_INDEX
from training.voice.batches import crop_of
from training.voice.speech_maker import SpeakerData

_PP: Final = VISEME_INDEX["PP"]
_JAW: Final = CONTROLS.index("jaw")
_CLOSURE: Final = CONTROLS.index("closure")


def judged(net: VoiceNet, speakers: Sequence[SpeakerData]) -> dict[str, float]:
    """Figures over all speakers, of the first and the last head.

    Returns:
        viseme, viseme_ahead: share of the speaking frames with the right viseme, without and with look-ahead.
        rms, rms_ahead: root mean square error of the controls.
        closed: share of the frames of p, b and m with closure above 0.5, with look-ahead.
        jaw_r: correlation of the jaw. silent_jaw: mean jaw where nobody speaks.
    """
    right, errors, closed, silent = [], [], [], []
    jaws: list[tuple[np.ndarray, np.ndarray]] = []
    for speaker in speakers:
        bands, controls, viseme, speaks = crop_of(speaker, 0, len(speaker.mel) // 2)
        with torch.no_grad():
            reading, _ = net(torch.from_numpy(bands)[None])
        made, said = reading.controls[0].numpy(), reading.visemes[0].argmax(2).numpy()
        told = speaks > 0.5
        right.append([(said == viseme)[:, head][told[:, head]] for head in (0, -1)])
        errors.append([np.square(made - controls)[:, head].mean() for head in (0, -1)])
        closed.append(made[:, -1, _CLOSURE][viseme[:, -1] == _PP] > 0.5)
        silent.append(made[:, -1, _JAW][controls[:, -1, _JAW] < 0.01])
        jaws.append((made[:, -1, _JAW], controls[:, -1, _JAW]))
    made_jaw, true_jaw = (np.concatenate(one) for one in zip(*jaws, strict=True))
    return {
        "viseme": _mean([one[0] for one in right]),
        "viseme_ahead": _mean([one[1] for one in right]),
        "rms": float(np.sqrt(np.mean([one[0] for one in errors]))),
        "rms_ahead": float(np.sqrt(np.mean([one[1] for one in errors]))),
        "closed": _mean(closed),
        "jaw_r": float(np.corrcoef(made_jaw, true_jaw)[0, 1]),
        "silent_jaw": _mean(silent),
    }


def _mean(parts: list[np.ndarray]) -> float:
    """Of all values; 0 where there are none."""
    values = np.concatenate(parts)
    return float(values.mean()) if len(values) else 0.0
