"""Leakage between factors: one factor is swapped, and the change of every factor is measured.

    rows = leakage_of(evaluation.seen, "head")         # {(swapped, looked at): (method, truth)}

The response is the distance between the probes' readings before and after a swap. The responses of the true pictures
are reported beside it, because the probes have errors of their own, and because a speaking mouth changes the perceived
emotion too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from measure.probes.probes import ProbeReadings, rotation_angle_deg
from measure.protocols import FACTORS
from protocol.channels import EMOTIONS

#: The factors that are measured, and the unit of their change.
LOOKED_AT: Final = {
    "pose": "degrees",
    "expression": "mean of 52",
    "emotion": "share of the eight",
    "gaze": "degrees",
    "identity": "1 - cosine",
}


@dataclass(frozen=True, slots=True)
class Response:
    """How much the reading of one factor changes when another is swapped; `truth`: the same on true pictures."""

    method: str
    swapped: str
    looked_at: str
    value: float
    truth: float


def leakage_of(
    seen: Mapping[tuple[str, int, int], Sequence[tuple[str, ProbeReadings]]],
    methods: Sequence[str],
    truth: str,
) -> list[Response]:
    """Mean responses of every method.

    Args:
        seen: (method, person, number) -> (word, probe readings) of each step; the word "none" marks the step before a
            swap.
        methods: names to report.
        truth: the name under which `seen` holds the true pictures.
    """
    found: dict[tuple[str, str, str], list[float]] = {}
    for (method, _, _), steps in seen.items():
        before = dict(steps)["none"]
        for swapped, after in steps:
            if swapped != "none":
                for looked_at, value in _changes(before, after).items():
                    found.setdefault((method, swapped, looked_at), []).append(value)
    means = {key: float(np.mean(values)) for key, values in found.items()}
    return [
        Response(
            method, swapped, looked_at, means[method, swapped, looked_at], means[truth, swapped, looked_at]
        )
        for method in methods
        for swapped in FACTORS
        for looked_at in LOOKED_AT
        if (method, swapped, looked_at) in means
    ]


def _changes(before: ProbeReadings, after: ProbeReadings) -> dict[str, float]:
    return {
        "pose": rotation_angle_deg(before.pose, after.pose),
        "expression": float(np.abs(after.expression - before.expression).mean()),
        "emotion": float(np.abs(_shares(after) - _shares(before)).sum() / 2),
        "gaze": float(np.degrees(np.linalg.norm(after.gaze - before.gaze))),
        "identity": 1.0 - float(before.identity @ after.identity),
    }


def _shares(seen: ProbeReadings) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    raised = np.exp(seen.emotion[: len(EMOTIONS)] - seen.emotion[: len(EMOTIONS)].max())
    return np.asarray(raised / raised.sum(), np.float32)
