"""Closures: how much of a sign of a [p] counts as shut lips, and what each choice costs.

    curve = closure_curve(lips, head=2)            # of the validation split
    best = chosen(curve, most_false=12.0)

Thresholds are chosen on voices of the validation split, and reported on those of the test split.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bridge.devices.log_mel import BANDS, HOP, RATE, LogMel
from bridge.devices.speech_mouth import lips_closure, speaking_share
from bridge.devices.voice_network import DELAYS_S, installed_voice, load_voice_model, open_voice_network
from face.mouth_controls import CONTROLS
from measure.voice.figures import lips_of
from measure.voice.recordings import FPS, Recording
from protocol.visemes import VISEME_INDEX

#: Thresholds that are tried: from this closure of the lips on, or this share of PP, the lips are shut.
CANDIDATES: Final = (
    (0.50, 0.50), (0.42, 0.42), (0.38, 0.40), (0.34, 0.34), (0.30, 0.30), (0.27, 0.27), (0.25, 0.25), (0.23, 0.22),
    (0.22, 0.20), (0.20, 0.18), (0.18, 0.15), (0.15, 0.12), (0.12, 0.10), (0.09, 0.07),
)  # fmt: skip
#: Below this share of a threshold, nothing of the lips' movement is left.
BEGINS: Final = 0.3
#: A choice may cost this many false closures a minute of speech.
MOST_FALSE: Final = 18.0
_JAW, _CLOSURE = CONTROLS.index("jaw"), CONTROLS.index("closure")
_PP: Final = VISEME_INDEX["PP"]


class Choice(NamedTuple):
    """Thresholds and what comes of them.

    Attributes:
        lips, sound: shut from this closure, or this share of PP, on.
        closed: share of p, b and m that are seen shut. false_closures: a minute of speech.
    """

    lips: float
    sound: float
    closed: float
    false_closures: float


@dataclass(frozen=True, slots=True, eq=False)
class HeardLips:
    """What the network answers in a recording, F frames of 1/60 s, D look-aheads.

    Attributes:
        recording: with its truth. jaw, closure, sound, speaks: (F, D) float32.
    """

    recording: Recording
    jaw: NDArray[np.float32]
    closure: NDArray[np.float32]
    sound: NDArray[np.float32]
    speaks: NDArray[np.float32]


def hear_lips(recordings: Sequence[Recording], folder: Path | None = None) -> list[HeardLips]:
    """Let the network hear recordings in which somebody speaks.

    Args:
        folder: another network's; None = the one that comes with the bridge.

    Raises:
        InferenceError: it cannot run here.
    """
    network = open_voice_network(load_voice_model(folder or installed_voice()))
    late = round(DELAYS_S[-1] * RATE) + 4 * HOP
    made = []
    for recording in recordings:
        if not recording.language:
            continue
        network.reset()
        samples = np.concatenate([recording.samples, np.zeros(late, np.float32)])
        bands = LogMel()(samples[: len(samples) // (2 * HOP) * 2 * HOP]).reshape(-1, 2 * BANDS)
        answers = []
        for one in bands:
            heard = network.hear(one)
            answers.append(
                np.stack(
                    [
                        heard.controls[:, _JAW],
                        heard.controls[:, _CLOSURE],
                        heard.visemes[:, _PP],
                        heard.speaks,
                    ]
                )
            )
        made.append(HeardLips(recording, *np.stack(answers, axis=1)))
    return made


def closure_curve(heard: Sequence[HeardLips], head: int) -> list[Choice]:
    """What each of CANDIDATES makes of the recordings with one look-ahead."""
    return [_choice(heard, head, lips, sound) for lips, sound in CANDIDATES]


def chosen(curve: Sequence[Choice], most_false: float = MOST_FALSE) -> Choice:
    """The most closures for no more false ones than this; where all have more, the fewest false ones."""
    able = [one for one in curve if one.false_closures <= most_false]
    if not able:
        return min(curve, key=lambda one: one.false_closures)
    return max(able, key=lambda one: (one.closed, -one.false_closures))


def _choice(heard: Sequence[HeardLips], head: int, lips: float, sound: float) -> Choice:
    closed: list[bool] = []
    false_closures, seconds = 0, 0.0
    for one in heard:
        opened = speaking_share(one.speaks[:, head])
        shut = lips_closure(
            one.closure[:, head], one.sound[:, head], (BEGINS * lips, lips), (BEGINS * sound, sound)
        )
        apart = one.jaw[:, head] * opened * (1.0 - shut * opened)
        at_s = (np.arange(len(apart)) + 1) / 60 - DELAYS_S[head]
        times_s = (np.arange(len(one.recording.viseme)) + 1) / FPS
        found = lips_of(np.interp(times_s, at_s, apart), one.recording)
        closed += found.closed
        false_closures += found.false_closures
        seconds += float(one.recording.speaks.sum()) / FPS
    return Choice(
        lips,
        sound,
        float(np.mean(closed)) if closed else float("nan"),
        60.0 * false_closures / max(seconds, 1e-6),
    )
