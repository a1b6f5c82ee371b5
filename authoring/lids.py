"""Lids that close: what must be added to the model's blink so that this person's eyes shut without a gap."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import INDEX
from runtime.head.model import HeadModel

OVERLAP: Final = 0.05  # the upper edge goes this far below the lower one, model units
REACH: Final = 0.8  # how far above its edge the lid's skin goes along
CLEARANCE: Final = 1.035  # closed lids lie this much outside the eyeball

Floats = NDArray[np.float32]


def lid_closings(model: HeadModel, neutral: Floats, eye_centres: Floats) -> tuple[NDArray[np.int32], Floats]:
    """Vertices (2, L) and movements (2, L, 3) that complete a full blink; sides are subject's left and right."""
    face = np.unique(model.triangles["face"])
    picked, moves = [], []
    for side, name in enumerate(("eyeBlinkLeft", "eyeBlinkRight")):
        closed = neutral + model.expression[INDEX[name]]
        lids = model.lids[side]
        change = _edge_change(closed, lids.upper, lids.lower)
        # Skin belongs to the edge it lies nearest to while the eye is open.
        edges = np.concatenate([lids.upper[1:-1], lids.lower])
        gap = np.linalg.norm(neutral[face][:, None] - neutral[edges][None], axis=2)
        nearest = gap.argmin(1)
        upper = (nearest < len(lids.upper) - 2) & (gap.min(1) < 2.5 * REACH)
        vertices = face[upper]
        share = np.exp(-((gap.min(1)[upper] / REACH) ** 2))[:, None]
        target = closed[vertices] + share * change[1:-1][nearest[upper]]
        ball = model.eyeball(side)
        radius = float(np.linalg.norm(neutral[ball] - eye_centres[side], axis=1).max())
        target = _outside(target, eye_centres[side], radius * CLEARANCE)
        picked.append(vertices)
        moves.append((target - closed[vertices]).astype(np.float32))
    length = max(len(v) for v in picked)
    index = np.zeros((2, length), np.int32)
    closing = np.zeros((2, length, 3), np.float32)
    for side in (0, 1):
        count = len(picked[side])
        index[side, :count], closing[side, :count] = picked[side], moves[side]
        index[side, count:] = picked[side][-1]  # padding repeats the last vertex with its own movement
        closing[side, count:] = moves[side][-1]
    return index, closing


def _edge_change(closed: Floats, upper: NDArray[np.int32], lower: NDArray[np.int32]) -> Floats:
    """Movement of each upper edge vertex onto the lower edge (N, 3); nothing where they already meet."""
    low = closed[lower]
    at = closed[upper]
    order = np.argsort(low[:, 0])
    meet = np.stack([np.interp(at[:, 0], low[order, 0], low[order, k]) for k in range(3)], 1)
    change = meet - at
    change[:, 0] = 0
    change[:, 1] = np.minimum(change[:, 1] - OVERLAP, 0)
    return np.asarray(change, np.float32)


def _outside(points: Floats, centre: Floats, radius: float) -> Floats:
    """Push points (N, 3) that are inside a ball out of it, away from its centre."""
    away = points - centre
    length = np.linalg.norm(away, axis=1, keepdims=True)
    return np.asarray(
        np.where(length < radius, centre + away / np.maximum(length, 1e-6) * radius, points), np.float32
    )
