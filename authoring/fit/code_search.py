"""Searches the code of an avatar with which a network's pictures come nearest to true ones, by their differences alone.

found = search_code(own, residuals, frames, rounds=3, is_over=lambda: False, progress=print)

Gauss-Newton with a Jacobian by finite differences: a code has a few dozen numbers, and no gradient of the network is
needed. Directions in which the pictures hardly answer stay as they are.

Source: J. Nocedal and S. Wright, "Numerical Optimization", 2nd edition, 10.3; the prior makes it a MAP estimate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Frame = TypeVar("Frame")

#: Step of the finite differences, in units of a code.
STEP: Final = 0.05
#: Weight of the distance from the first code, in means of the Jacobian's squares at that code.
PRIOR: Final = 0.1
#: Codes end in a tanh: what lies beyond its range was never seen in training, and a clip does not show every pose.
LARGEST: Final = 1.0
#: Shares of a step that are tried.
SHARES: Final = (1.0, 0.5, 0.25)
#: A round that lowers the cost by a smaller share is the last.
LEAST_FALL: Final = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class FoundCode:
    """What a search came to.

    Attributes:
        values: (C,) float32. rounds: that lowered the cost. cost: mean square of the residuals, at first and in the end.
        is_stopped: whether time ran out before the search ended by itself.
    """

    values: Floats
    rounds: int
    cost: tuple[float, float]
    is_stopped: bool


def search_code(
    start: Floats,
    residuals: Callable[[Frame, Sequence[Floats]], Iterable[Floats]],
    frames: Sequence[Frame],
    *,
    rounds: int,
    is_over: Callable[[], bool],
    progress: Callable[[str], None],
) -> FoundCode:
    """Lower the mean square of all frames' residuals.

    The same frames and the same number of finished rounds give the same code.

    Args:
        start: (C,) float32, the code to begin with, within LARGEST.
        residuals: gives for one frame and several codes (R,) float32 each, the picture minus the truth.
        frames: at least one.
        rounds: at most so many.
        is_over: asked before each frame; when it says yes, the last finished round's code is the answer.
        progress: called with the name of each step as it begins, at most twice a round.
    """
    code, size = start.astype(np.float32), len(start)
    first = cost = float("nan")
    prior = 0.0
    for number in range(rounds):
        progress(f"fitting to the person: how the pictures answer, round {number + 1} of {rounds}")
        normal, slope, before = np.zeros((size, size)), np.zeros(size), 0.0
        around = [code, *(code + STEP * unit for unit in np.eye(size, dtype=np.float32))]
        for frame in frames:
            if is_over():
                return FoundCode(code, number, (first, cost), is_stopped=True)
            at, *moved = (row.astype(np.float64) for row in residuals(frame, around))
            jacobian = np.stack([(row - at) / STEP for row in moved])  # (C, R)
            share = 1.0 / (at.size * len(frames))
            normal += jacobian @ jacobian.T * share
            slope += jacobian @ at * share
            before += float(at @ at) * share
        if number == 0:
            first = cost = before
            prior = PRIOR * float(np.trace(normal)) / size
        if prior == 0.0:  # the pictures do not answer at all
            return FoundCode(code, number, (first, cost), is_stopped=False)
        away = (code - start).astype(np.float64)
        step = -np.linalg.solve(normal + prior * np.eye(size), slope + prior * away)
        progress(f"fitting to the person: trying steps, round {number + 1} of {rounds}")
        tried = [np.clip(code + share * step, -LARGEST, LARGEST).astype(np.float32) for share in SHARES]
        costs = np.zeros(len(tried))
        for frame in frames:
            if is_over():
                return FoundCode(code, number, (first, cost), is_stopped=True)
            squares = [float(np.mean(np.square(row, dtype=np.float64))) for row in residuals(frame, tried)]
            costs += np.array(squares) / len(frames)
        held = [prior * float(np.sum(np.square(one - start, dtype=np.float64))) for one in tried]
        best = int(np.argmin(costs + held))
        fall = cost + prior * float(away @ away) - float(costs[best] + held[best])
        if fall <= 0.0:
            return FoundCode(code, number, (first, cost), is_stopped=False)
        code, cost = tried[best], float(costs[best])
        if fall < LEAST_FALL * first:
            return FoundCode(code, number + 1, (first, cost), is_stopped=False)
    return FoundCode(code, rounds, (first, cost), is_stopped=False)
