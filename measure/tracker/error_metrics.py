"""Error metrics of the bridge's output against the truth, for each coefficient.

figures = coefficient_figures(samples, seen)        # a row for each of TESTED_SHAPES
answers = cross_talk(samples, seen)                 # response of all shapes when one moves alone
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from measure.tracker.bridge_output import BridgeOutput
from measure.tracker.samples import TrackedSamples
from measure.tracker.webcam_sessions import ALONE, REST, STILL, TESTED_SHAPES
from protocol.blendshapes import BLENDSHAPES, INDEX

#: Ranges of the true coefficient in which the response to a shape that moves alone is measured.
_LITTLE, _FULLY = (0.2, 0.5), (0.75, 1.0)
#: Gaze is judged only while eyeBlink is below this.
_OPEN: Final = 0.4
#: Names of the shapes without Left and Right.
STEMS: Final = tuple(dict.fromkeys(name.removesuffix("Left").removesuffix("Right")
                                   if name not in ("jawLeft", "jawRight", "mouthLeft", "mouthRight") else name
                                   for name in TESTED_SHAPES))  # fmt: skip


class CoefficientFigures(msgspec.Struct, frozen=True):
    """One coefficient on N pictures; errors are sent minus true.

    Attributes:
        error: mean absolute error. rms: root mean square error. bias: mean error.
        follows: correlation with the truth.
        little, fully: mean response as a share of the true value, where the shape moves alone by 0.2 to 0.5, and by
            0.75 or more.
        noise: standard deviation on a still face in front of a noisy camera.
    """

    name: str
    error: float
    rms: float
    bias: float
    follows: float
    little: float
    fully: float
    noise: float


class GazeFigures(msgspec.Struct, frozen=True):
    """One axis of the gaze, degrees, eyes open; `turned_rms` where the head's yaw exceeds 0.25 radians."""

    name: str
    error: float
    rms: float
    bias: float
    gain: float
    follows: float
    turned_rms: float
    noise: float


def evaluated_mask(samples: TrackedSamples) -> NDArray[np.bool_]:
    """(N,) bool: the pictures that count; excludes the rest and still pictures."""
    return np.asarray((samples.kind != REST) & (samples.kind != STILL))


def rms(error: NDArray[Any]) -> float:
    """Root mean square; NaN for an empty array."""
    if not error.size:
        return float("nan")
    return float(np.sqrt(np.mean(np.square(error, dtype=np.float64))))


def coefficient_figures(samples: TrackedSamples, seen: BridgeOutput) -> list[CoefficientFigures]:
    """A row for each of TESTED_SHAPES."""
    judged, alone = evaluated_mask(samples), samples.kind == ALONE
    rows = []
    for name in TESTED_SHAPES:
        place = INDEX[name]
        sent, true = seen.expression[:, place], samples.expression[:, place]
        error = sent[judged] - true[judged]
        rows.append(
            CoefficientFigures(
                name=name,
                error=float(np.abs(error).mean()),
                rms=rms(error),
                bias=float(error.mean()),
                follows=_correlation(sent[judged], true[judged]),
                little=_answer(sent, true, alone, _LITTLE),
                fully=_answer(sent, true, alone, _FULLY),
                noise=_noise(samples, seen.expression[:, place]),
            )
        )
    return rows


def gaze_figures(samples: TrackedSamples, seen: BridgeOutput) -> list[GazeFigures]:
    """Rows for yaw and pitch."""
    lids = samples.expression[:, [INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]].max(axis=1)
    judged = evaluated_mask(samples) & (lids < _OPEN)
    turned = np.abs(samples.pose[judged, 0]) > 0.25
    rows = []
    for axis, name in enumerate(("yaw", "pitch")):
        sent, true = np.degrees(seen.gaze[judged, axis]), np.degrees(samples.gaze[judged, axis])
        rows.append(
            GazeFigures(
                name=name,
                error=float(np.abs(sent - true).mean()),
                rms=rms(sent - true),
                bias=float((sent - true).mean()),
                gain=float(np.polyfit(true, sent, 1)[0]),
                follows=_correlation(sent, true),
                turned_rms=rms((sent - true)[turned]) if turned.any() else float("nan"),
                noise=float(np.degrees(_noise(samples, seen.gaze[:, axis]))),
            )
        )
    return rows


def cross_talk(samples: TrackedSamples, seen: BridgeOutput) -> NDArray[np.float64]:
    """(S, S) for S shapes of STEMS: response of the second shape, per unit of the first, when the first moves alone.

    The mean of both sides; the diagonal is the correct response.
    """
    alone = samples.kind == ALONE
    answers = np.zeros((len(STEMS), len(STEMS)))
    places = [_sides(stem) for stem in STEMS]
    for row, asked in enumerate(places):
        level = samples.expression[:, asked].max(axis=1)
        others = [p for stem, p in zip(STEMS, places, strict=True) if stem != STEMS[row]]
        rest = samples.expression[:, np.concatenate(others)].max(axis=1)
        # mouthClose always comes with jawOpen
        only = alone & (level > 0.15) & ((rest < 0.01) | (STEMS[row] == "mouthClose"))
        weight = level[only].astype(np.float64)
        if not len(weight):
            continue
        for column, answering in enumerate(places):
            response = seen.expression[only][:, answering]
            if column == row:
                is_asked = samples.expression[only][:, answering] > 0.0
                response = (response * is_asked).sum(axis=1) / is_asked.sum(axis=1)
            else:
                response = response.max(axis=1)
            answers[row, column] = float(weight @ response / (weight @ weight))
    return answers


def turned_rms(samples: TrackedSamples, seen: BridgeOutput) -> list[tuple[str, int, float]]:
    """(range of the head's yaw, pictures, root mean square error over all coefficients)."""
    judged = evaluated_mask(samples)
    places = [INDEX[name] for name in TESTED_SHAPES]
    error = (seen.expression - samples.expression)[:, places]
    away = np.abs(samples.pose[:, 0])
    rows = []
    for words, low, high in (
        ("below 0.1 rad", 0.0, 0.1),
        ("0.1 to 0.25", 0.1, 0.25),
        ("above 0.25", 0.25, 9.0),
    ):
        chosen = judged & (away >= low) & (away < high)
        rows.append((words, int(chosen.sum()), rms(error[chosen])))
    return rows


def _sides(stem: str) -> list[int]:
    return [place for place, name in enumerate(BLENDSHAPES) if name in (stem, f"{stem}Left", f"{stem}Right")]


def _answer(
    sent: NDArray[np.float32],
    true: NDArray[np.float32],
    alone: NDArray[np.bool_],
    levels: tuple[float, float],
) -> float:
    chosen = alone & (true >= levels[0]) & (true <= levels[1])
    return float(sent[chosen].sum() / true[chosen].sum()) if chosen.any() else float("nan")


def _noise(samples: TrackedSamples, sent: NDArray[np.float32]) -> float:
    """Root mean square over people of the standard deviation on their still pictures; NaN without any."""
    still = samples.kind == STILL
    people = np.unique(samples.person[still])
    return rms(np.array([sent[still & (samples.person == person)].std() for person in people]))


def _correlation(sent: NDArray[np.float32], true: NDArray[np.float32]) -> float:
    if sent.std() < 1e-4 or true.std() < 1e-4:
        return 0.0
    return float(np.corrcoef(sent, true)[0, 1])
