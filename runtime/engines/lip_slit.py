"""LipSlit: the opening between the lips, as the light that falls into a mouth needs it.

slit = LipSlit(slit_vertices(model), neutral)
slit.measure(deformer.vertices).opening        # every frame

The model's inner edges of the lips lie behind them: where lips touch, those edges are still apart.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from face.head_model import HeadModel

#: Largest distance of the inner edges of touching lips, shares of half the neutral mouth's width, as the mean head has it:
#: what is more is a mouth that stands open.
TOUCHING: Final = 0.476
#: Height of the opening from which on a mouth is open, shares of half the neutral mouth's width.
OPENED: Final = 0.25


def slit_vertices(model: HeadModel) -> NDArray[np.int32]:
    """(4,) vertices: the corners at the subject's right and left, and the middles of the upper and the lower lip."""
    across = model.vertices[model.lips.upper, 0]
    middles = [
        loop[np.abs(model.vertices[loop, 0]).argmin()] for loop in (model.lips.upper, model.lips.lower)
    ]
    return np.array(
        [model.lips.upper[across.argmin()], model.lips.upper[across.argmax()], *middles], np.int32
    )


class Slit(NamedTuple):
    """The opening, as uniforms.

    Attributes:
        lips: middle and half width (x) and heights (y) of the right and the left corner, head space.
        opening: heights (y) of the upper and the lower lip in the middle, crossed where they touch; depth (z) of the lips.
        opened: 0 where they touch, 1 where they are apart.
    """

    lips: tuple[float, float, float, float]
    opening: tuple[float, float, float]
    opened: float


class LipSlit:
    """Measures one head's."""

    def __init__(self, vertices: NDArray[np.int32], neutral: NDArray[np.float32]) -> None:
        """Keep what is fixed.

        Args:
            vertices: (4,) `slit_vertices`.
            neutral: (V, 3) float32, the head without expression.
        """
        self._right, self._left, self._upper, self._lower = vertices.tolist()
        self._half = float(neutral[self._left, 0] - neutral[self._right, 0]) / 2
        apart = float(neutral[self._upper, 1] - neutral[self._lower, 1])
        self._behind = min(max(apart, 0.0), TOUCHING * self._half) / 2  # thin lips hide less

    def measure(self, head: NDArray[np.float32]) -> Slit:
        """Where the opening of a head (V, 3) with its expression is, head space."""
        right, left = float(head[self._right, 0]), float(head[self._left, 0])
        half = max((left - right) / 2, 1e-3)
        behind = self._behind * self._half / half  # lips that are pulled wide become thin
        upper = float(head[self._upper, 1]) - behind
        lower = float(head[self._lower, 1]) + behind
        return Slit(
            ((left + right) / 2, half, float(head[self._right, 1]), float(head[self._left, 1])),
            (upper, lower, float(head[self._upper, 2])),
            min(max((upper - lower) / (OPENED * self._half), 0.0), 1.0),
        )
