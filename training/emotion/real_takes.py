"""Recorded performances as ARKit curves: held out from training, to judge by.

    performances = read_performances(Path("captures/arkit"))
    calm = calm_speech(performances)             # pieces of speech without a mood

Each .npz holds `time_s` (T,), `coefficients` (T, 52) in the order of BLENDSHAPES, and `person`. A person's face at rest
is subtracted as the bridge's calibration does: the value of each shape that this person falls below in a twentieth of
the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.emotion_filter import ARTICULATION, EXPRESSIVE, MIXED
from protocol.blendshapes import BLENDSHAPES, INDEX
from training.emotion.movers import RATE_HZ
from training.errors import TrainingError

Floats = NDArray[np.float32]

#: Length of a piece; its lips move at least this much beyond 2 Hz, and no mean expressive shape passes that.
PIECE_S: Final = 2.0
TALKS: Final = 0.04
CALM: Final = 0.2
_REST_PERCENT: Final = 5.0
_LIPS: Final = [INDEX[name] for name in ARTICULATION]
_EXPRESSIVE: Final = [INDEX[name] for name in EXPRESSIVE]


@dataclass(frozen=True, slots=True, eq=False)
class Performance:
    """One take at RATE_HZ.

    Attributes:
        name: of the file. person: whose face it is. expression: (T, 52) float32, 0..1, the person's rest subtracted.
    """

    name: str
    person: str
    expression: Floats


def read_performances(folder: Path) -> list[Performance]:
    """All takes of a folder, in the order of their names.

    Raises:
        TrainingError: there is none, or a file is not such a take.
    """
    paths = sorted(folder.glob("*.npz"))
    if not paths:
        raise TrainingError(f"{folder} holds no .npz takes; name the folder of the ARKit captures")
    raw = []
    for path in paths:
        try:
            with np.load(path, allow_pickle=False) as take:
                times, values = take["time_s"].astype(float), take["coefficients"].astype(float)
                person = str(take["person"])
        except (OSError, ValueError, LookupError) as error:
            raise TrainingError(f"{path} is not a take ({error}); remove it") from error
        if values.shape != (len(times), len(BLENDSHAPES)) or len(times) < 2:
            raise TrainingError(
                f"{path}: coefficients {values.shape}, expected ({len(times)}, {len(BLENDSHAPES)})"
            )
        at = np.arange(times[0], times[-1], 1.0 / RATE_HZ)
        even = np.stack([np.interp(at, times, values[:, k]) for k in range(values.shape[1])], 1)
        raw.append((path.stem, f"{path.stem.split('_')[0]}: {person}", even))
    performances = []
    for name, person, values in raw:
        of_person = np.concatenate([other for _, whose, other in raw if whose == person])
        rest = np.percentile(of_person, _REST_PERCENT, axis=0)
        relative = (values - rest) / np.maximum(1.0 - rest, 0.3)
        performances.append(Performance(name, person, np.clip(relative, 0.0, 1.0).astype(np.float32)))
    return performances


def calm_speech(performances: Sequence[Performance]) -> list[Performance]:
    """Pieces of PIECE_S in which somebody speaks; expressive shapes that are held throughout a piece are taken off it.

    Only pieces in which they hardly move besides are returned: real articulation for trials with a known truth.
    """
    length, found = round(PIECE_S * RATE_HZ), []
    held = [*_EXPRESSIVE, *(INDEX[name] for name in MIXED)]
    for one in performances:
        quick = one.expression - slow_part(one.expression, 0.08)
        for begin in range(0, len(one.expression) - length + 1, length):
            piece = slice(begin, begin + length)
            talk = float(np.sqrt(np.square(quick[piece][:, _LIPS]).sum(1).mean()))
            calm = one.expression[piece].copy()
            calm[:, held] -= np.percentile(calm[:, held], 10.0, axis=0).astype(np.float32)
            np.clip(calm, 0.0, 1.0, out=calm)
            if talk > TALKS and calm[:, _EXPRESSIVE].mean(0).max() < CALM:
                found.append(Performance(f"{one.name} {begin}", one.person, calm))
    return found


def slow_part(values: Floats, time_s: float) -> Floats:
    """Values (T, K) low-passed forwards and backwards, without delay."""
    share = 1.0 - np.exp(-1.0 / RATE_HZ / time_s)
    out = values.astype(np.float64)
    for _ in range(2):
        for number in range(1, len(out)):
            out[number] = out[number - 1] + (out[number] - out[number - 1]) * share
        out = out[::-1]
    return out.astype(np.float32)
