"""Separates the person from the background: by the parsing network where it is there, by colours otherwise.

    separated = separate(canvas, parsed, face, skull)
    separated.alpha, separated.canvas

A portrait that has an alpha channel is separated already.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from authoring.portrait.beyond import beyond_the_frame
from authoring.portrait.canvas import MARGIN, Canvas
from authoring.portrait.cut_out import cut_out
from authoring.portrait.matte import person_matte
from authoring.portrait.parsing import Parsed

Image = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Separated:
    """A person apart from the background.

    Attributes:
        alpha: (E, E) float32 0..1, the person's coverage.
        person: the canvas with the person's own colours where the person is not opaque; the background elsewhere.
    """

    alpha: Image
    person: Canvas


def separate(canvas: Canvas, parsed: Parsed | None, face: NDArray[np.bool_], skull: Image) -> Separated:
    """Separate a canvas.

    Args:
        parsed: of the canvas; None = there is no network.
        face: (E, E) bool, the fitted face: certainly the person.
        skull: (E, E) float32, 1 inside the fitted bare head.
    """
    if canvas.alpha is not None:
        return Separated(canvas.alpha, canvas)
    if parsed is None:
        alpha, person = person_matte(canvas.rgb, face, skull), canvas.rgb
    else:
        cut = cut_out(canvas.rgb, parsed, face, skull)
        soft = ((cut.alpha > 0.01) & (cut.alpha < 0.999))[..., None]
        alpha, person = cut.alpha, np.where(soft, cut.rgb, canvas.rgb)
    rows = np.flatnonzero(face.any(1))
    middle = int(rows.mean()) if len(rows) else len(face) // 2
    # Inside the frame the network's guess at what a small picture lacks is nearer to the truth.
    edge = round(MARGIN / (1 + 2 * MARGIN) * len(canvas.known))
    known = canvas.known.copy()
    known[edge:-edge, edge:-edge] = 1
    alpha, person = beyond_the_frame(alpha, person, known, below=middle)
    return Separated(alpha, replace(canvas, rgb=person))
