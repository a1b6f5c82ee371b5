"""Where the skin around the eyes lies in the picture of an avatar's shut eyes: both from the front, one above the other.

places = lid_places(model, neutral, lid_vertices, lid_closing)     # (V, 2), 0..1

The picture is square: the subject's left eye in its upper half, the right eye in its lower half, each twice as wide as the
eye and as high as it is wide. It sticks to the skin of the shut lids, and is squeezed with them as they open.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.head_model import HeadModel
from protocol.blendshapes import INDEX

Floats = NDArray[np.float32]

#: Width of an eye's half of the picture, in widths of the eye, and how far its middle lies above the eye's.
WIDE: Final = 2.0
_ABOVE: Final = 0.1
#: Vertices that fall at least so much, shares of the lid's largest fall, belong to the upper lid.
_FALLS: Final = 0.25
#: Widths of an eye's half: how far from the line where the lids meet their rims lie at most, and how far behind the upper
#: lid the lower one goes on.
_RIM, _BEHIND = 0.004, 0.06
#: Narrowest eye, model units: a damaged head may have eyes without any width.
_NARROWEST: Final = 1e-3
BLINKS: Final = (INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"])


def shut_head(
    model: HeadModel, neutral: Floats, lid_vertices: NDArray[np.int32], lid_closing: Floats
) -> tuple[Floats, Floats]:
    """The neutral head with both eyes shut.

    Args:
        neutral: (V, 3) float32, head space.
        lid_vertices, lid_closing: (2, L) and (2, L, 3), as in `face.rig.HeadRig`.

    Returns:
        Its vertices (V, 3), and what the blinks of the left and the right eye moved them by (2, V, 3), model units.
    """
    moved = model.expression[list(BLINKS)].copy()
    for side in (0, 1):
        moved[side, lid_vertices[side]] += lid_closing[side]
    return np.asarray(neutral + moved.sum(0), np.float32), np.asarray(moved, np.float32)


def lid_places(
    model: HeadModel, neutral: Floats, lid_vertices: NDArray[np.int32], lid_closing: Floats
) -> Floats:
    """Place of every vertex (V, 2) float32 in the picture, u right, v down; outside 0..1 there is no picture."""
    shut, moved = shut_head(model, neutral, lid_vertices, lid_closing)
    places = np.full((len(neutral), 2), -1.0, np.float32)
    for side, lids in enumerate(model.lids):
        edge = shut[np.concatenate([lids.upper, lids.lower])]
        wide = WIDE * max(float(np.ptp(edge[:, 0])), _NARROWEST)
        middle = (edge[:, :2].min(0) + edge[:, :2].max(0)) / 2 + (0.0, _ABOVE * wide / WIDE)
        own = (neutral[:, 0] >= 0) == (side == 0)
        across = (shut[own, 0] - middle[0]) / wide + 0.5
        down = (middle[1] - shut[own, 1]) / wide + 0.25
        # The upper lid's rim curls under, and the lower lid goes on behind it: what is hidden there has the colour of
        # what is seen of the same lid.
        line = shut[lids.lower]
        line = line[np.argsort(line[:, 0], kind="stable")]
        over = (shut[own, 1] - np.interp(shut[own, 0], line[:, 0], line[:, 1])) / wide
        fall = -moved[side, own, 1]
        falls = fall > _FALLS * float(fall.max(initial=0.0))
        x = shut[own, 0]
        falls &= (x > line[0, 0]) & (x < line[-1, 0])
        behind = ~falls & (x > line[0, 0]) & (x < line[-1, 0]) & (np.abs(over) < _BEHIND)
        down += np.where(falls, np.minimum(over - _RIM, 0.0), 0.0)
        down += np.where(behind, np.maximum(over + _RIM, 0.0), 0.0)
        inside = (down > 0) & (down < 0.5)
        places[own, 0] = np.where(inside, across, -1.0)
        places[own, 1] = down + 0.5 * side
    return places
