"""Computes what must be added to the model's blink so that this person's eyes close without a gap."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from authoring.fit.head_fit import HeadFit
from authoring.paint.raster import Raster
from authoring.paint.visibility import eye_opening
from authoring.portrait.canvas import CANVAS_PX, extended_pixels
from face.camera import rotation
from face.head_model import HeadModel
from protocol.blendshapes import INDEX

MAX_STRETCH: Final = 4.0  # of the model's blink
THICKNESS: Final = 0.12  # of a shut lid over a drawn eyeball, model units
OVERLAP: Final = 0.06  # how far the upper lid goes below the lower lid's edge, model units

#: Yaw and pitch, radians, at which gaps are searched for: a lid that just covers the eye from the front leaves a gap
#: from below.
TURNS: Final = ((0.0, 0.0), (0.0, 0.4), (0.0, -0.3), (0.4, 0.1), (-0.4, 0.1))
COLUMNS: Final = 21  # across an eye
ROUNDS: Final = 8

Floats = NDArray[np.float32]


def lid_closings(
    raster: Raster, model: HeadModel, fit: HeadFit, neutral: Floats
) -> tuple[NDArray[np.int32], Floats]:
    """Compute the movement that completes a full blink.

    The model's blink is stretched, column by column across the eye, until no eyeball is visible: each lid keeps its
    path and moves as far as this eye is open. The visible part is measured on rasterised pictures.

    Args:
        neutral: (V, 3) float32, the person's neutral head, head space.

    Returns:
        Vertex indices (2, L) int32 and their movements (2, L, 3) float32, model units; the subject's left side first.
    """
    face = np.unique(model.triangles["face"])
    views = [_turned(fit, model, *turn) for turn in TURNS]
    picked, moves = [], []
    for side, name in enumerate(("eyeBlinkLeft", "eyeBlinkRight")):
        blink = model.expression[INDEX[name]]
        falls = face[blink[face, 1] < -0.01]
        stretch = np.zeros(COLUMNS)
        ends = neutral[model.lids[side].upper[[0, -1]], 0]
        x = np.linspace(ends[0], ends[1], COLUMNS)
        for _ in range(ROUNDS):
            shut = neutral + blink
            shut[falls] += _extra_movement(
                model, fit, neutral, blink, falls, np.interp(neutral[falls, 0], x, stretch), side
            )
            gap = np.max([_visible_height(raster, model, view, shut, side, x) for view in views], axis=0)
            if gap.max() <= 0:
                break
            travel = float(-blink[falls, 1].min())
            missing = np.where(gap > 0, gap + OVERLAP, 0)
            missing = np.maximum(missing, np.convolve(missing, np.ones(5) / 5, "same"))
            stretch = np.minimum(stretch + missing / travel, MAX_STRETCH)
        picked.append(falls)
        moves.append(
            _extra_movement(model, fit, neutral, blink, falls, np.interp(neutral[falls, 0], x, stretch), side)
        )
    length = max(len(v) for v in picked)
    index = np.zeros((2, length), np.int32)
    closing = np.zeros((2, length, 3), np.float32)
    for side in (0, 1):
        count = len(picked[side])
        index[side, :count], closing[side, :count] = picked[side], moves[side]
        index[side, count:] = picked[side][-1]  # padding repeats the last vertex with its own movement
        closing[side, count:] = moves[side][-1]
    return index, closing


def _extra_movement(
    model: HeadModel,
    fit: HeadFit,
    neutral: Floats,
    blink: Floats,
    falls: NDArray[np.int64],
    stretch: NDArray[np.float64],
    side: int,
) -> Floats:
    """(F, 3) movement of the falling vertices beyond the model's blink: further down, and in front of a drawn eyeball."""
    more = (blink[falls] * stretch[:, None]).astype(np.float32)
    if fit.is_drawn:
        ball = neutral[model.eyeball(side)]
        centre = model.eye_centre(neutral, side)
        radius = float(np.linalg.norm(ball - centre, axis=1).mean()) + THICKNESS
        away = neutral[falls] + blink[falls] + more - centre
        across = np.hypot(away[:, 0], away[:, 1])
        surface = np.sqrt(np.maximum(radius**2 - across**2, 0))
        more[:, 2] += np.where(across < radius, np.maximum(surface - away[:, 2], 0), 0)
    return more


def _visible_height(
    raster: Raster, model: HeadModel, fit: HeadFit, vertices: Floats, side: int, x: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Height (COLUMNS,) of the visible eyeball at each column x, model units."""
    opening = eye_opening(raster, model, fit, vertices, side)
    centre = fit.to_rest(vertices[model.lids[side].upper].mean(0)[None])[0]
    unit = -centre[2] / fit.focal / CANVAS_PX  # model units a pixel
    ends = extended_pixels(fit.to_picture(fit.to_rest(vertices[model.lids[side].upper[[0, -1]]])))
    middles = np.interp(x, [x[0], x[-1]], np.sort(ends[:, 0]))
    step = float(middles[1] - middles[0])
    low = (middles - step).astype(int).clip(0, opening.shape[1] - 1)
    height = opening.sum(0)
    seen = [float(height[start : start + int(2 * step) + 1].max()) for start in low]
    return np.asarray(np.array(seen) * unit, np.float64)


def _turned(fit: HeadFit, model: HeadModel, yaw: float, pitch: float) -> HeadFit:
    """The fit with its head turned further about the neck."""
    turn = rotation(yaw, pitch, 0.0)
    pivot = fit.rotation @ model.pivot + fit.translation
    return replace(
        fit,
        rotation=np.asarray(turn @ fit.rotation, np.float32),
        translation=np.asarray(pivot + turn @ (fit.translation - pivot), np.float32),
    )
