"""Leaks between codes: what a straight line can still read from a code that should not hold it.

rows = leak_rows(codes, samples, crops)

As in DeX-Portrait, the pose's code should not tell the expression, and the expression's neither pose, scale nor person.
Linear probes are trained on half of the people (for the person: on half of the pictures) and judged on the others; beside
each figure is the same with exchanged labels, which is chance.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from measure.tracker.crop_samples import CropSamples
from measure.tracker.error_metrics import evaluated_mask
from measure.tracker.inner_codes import InnerCodes
from measure.tracker.samples import TrackedSamples
from measure.tracker.webcam_sessions import TESTED_SHAPES
from protocol.blendshapes import INDEX

Doubles = NDArray[np.float64]

#: Strengths of ridge regression; the best counts, so a leak is rather over- than underrated.
_STRENGTHS: Final = (1.0, 10.0, 100.0, 1000.0)


class LeakRow(msgspec.Struct, frozen=True):
    """How well something is read from a code.

    Attributes:
        code: "pose", "crops" or "expression", of InnerCodes. read: what is read. figure: the meaning of the numbers.
        value: of the probe. chance: of the same probe with exchanged labels. is_leak: whether the code should not hold it.
    """

    code: str
    read: str
    figure: str
    value: float
    chance: float
    is_leak: bool


def leak_rows(
    codes: InnerCodes, samples: TrackedSamples, crops: CropSamples, *, seed: int = 0
) -> list[LeakRow]:
    """Rows for every code and everything that is read from it."""
    chosen = evaluated_mask(samples)
    person = samples.person[chosen]
    people = np.unique(person)
    random = np.random.default_rng(seed)
    is_known = np.isin(person, people[::2])
    # every second picture of each person
    is_first = np.concatenate([np.arange(int((person == one).sum())) % 2 == 0 for one in _in_order(person)])
    shapes = samples.expression[chosen][:, [INDEX[name] for name in TESTED_SHAPES]]
    turned = samples.pose[chosen, :2]  # crops are levelled
    scale = np.log(crops.frame[chosen, 2:3])
    members = (person[:, None] == people).astype(np.float64)
    rows = []
    for name in ("pose", "crops", "expression"):
        code = getattr(codes, name)[chosen].astype(np.float64)
        for read, figure, truth, known in (
            ("pose", "correlation, mean of yaw and pitch", turned, is_known),
            ("scale", "correlation", scale, is_known),
            ("expression", f"correlation, mean of {len(TESTED_SHAPES)}", shapes, is_known),
            ("person", f"share right, of {len(people)}", members, is_first),
        ):
            judge = _right if read == "person" else _follows
            value, chance = (
                max(judge(*_probed(code, labels, known, strength)) for strength in _STRENGTHS)
                for labels in (truth, truth[random.permutation(len(truth))])
            )
            is_leak = read == "person" or (read == "expression") == (name == "pose")
            rows.append(LeakRow(name, read, figure, value, chance, is_leak or read == "scale"))
    return rows


def leaks_markdown(rows: list[LeakRow]) -> str:
    """A table; the codes in words."""
    words = {
        "pose": "the pose's encoder",
        "crops": "the encoders of face, eyes and mouth",
        "expression": "what coefficients are read from",
    }
    lines = [
        "| code | what a line reads of it | figure | value | chance | should be |",
        "|---|---|---|--:|--:|---|",
    ]
    lines += [
        f"| {words[row.code]} | {row.read} | {row.figure} | {row.value:.2f} | {row.chance:.2f} | "
        f"{'chance' if row.is_leak else 'high'} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def _probed(
    code: Doubles, truth: NDArray[Any], known: NDArray[np.bool_], strength: float
) -> tuple[Doubles, Doubles]:
    """What a ridge regression that is fitted to the known rows says of the others, and the truth of these."""
    middle, spread = code[known].mean(0), code[known].std(0) + 1e-6
    given = (code - middle) / spread
    offset = truth[known].mean(0)
    square = given[known].T @ given[known] + strength * np.eye(code.shape[1])
    line = np.linalg.solve(square, given[known].T @ (truth[known] - offset))
    return given[~known] @ line + offset, np.asarray(truth[~known], np.float64)


def _follows(made: Doubles, truth: Doubles) -> float:
    """Mean correlation of the columns; those that do not vary are left out."""
    varies = (made.std(0) > 1e-9) & (truth.std(0) > 1e-9)
    each = [np.corrcoef(made[:, k], truth[:, k])[0, 1] for k in np.flatnonzero(varies)]
    return float(np.mean(each)) if each else 0.0


def _right(made: Doubles, truth: Doubles) -> float:
    return float((made.argmax(1) == truth.argmax(1)).mean())


def _in_order(person: NDArray[np.int64]) -> list[int]:
    """The people in the order of their samples, which are grouped."""
    return list(dict.fromkeys(person.tolist()))
