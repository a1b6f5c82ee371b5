"""The eyes' textures: a clean white of the eye, and the iris as a disc of its own that can look around."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.atlas import eye_opening, sample, smoothstep
from authoring.canvas import Canvas
from authoring.fill import push_pull
from authoring.fit import HeadFit
from authoring.personal import PersonalHead
from authoring.sheet import pixels_at
from runtime.head.gaze import eye_rotation
from runtime.head.model import HeadModel

EYE_PX: Final = 256
DISC: Final = (
    0.4  # the limbus lies at this radius of the iris picture; must match runtime/engines/head_shaders.py
)

Image = NDArray[np.float32]


def paint_eye(
    model: HeadModel, fit: HeadFit, head: PersonalHead, vertices: Image, canvas: Canvas, side: int
) -> tuple[Image, Image]:
    """Textures of one eye.

    Returns:
        sclera (256, 256, 4): the ball from the front, orthographic, opaque; iris (256, 256, 4): a disc,
        straight alpha. Float32 0..1, top row first.
    """
    centre = head.eye_centres[side]
    radius = float(np.linalg.norm(vertices[model.eyeball(side)] - centre, axis=1).mean())
    opening = eye_opening(model, fit, vertices, side)
    turn = eye_rotation(head.gaze)
    sine = float(head.iris_sine[side])
    ball = _directions(1.0)
    colour, seen = _look(fit, canvas, opening, centre + radius * ball, erode=2)
    looked = ball @ turn  # into the eye's own frame
    away = np.linalg.norm(looked[..., :2], axis=2) / sine
    white = seen * smoothstep(1.10, 1.25, away.astype(np.float32))
    sclera = _sclera(colour, white.astype(np.float32))
    own = _directions(sine / (2 * DISC) * 1.0)
    colour, seen = _look(fit, canvas, opening, centre + radius * (own @ turn.T), erode=1)
    iris = _iris(colour, seen.astype(np.float32))
    return sclera, iris


def _directions(reach: float) -> Image:
    """Unit vectors (256, 256, 3) of a picture that spans -reach..reach across, seen from the front."""
    line = (np.arange(EYE_PX, dtype=np.float32) + 0.5) / EYE_PX * 2 - 1
    x, y = np.meshgrid(line * reach, -line * reach)
    squared = np.minimum(x * x + y * y, 0.999)
    return np.stack([x, y, np.sqrt(1 - squared)], -1).astype(np.float32)


def _look(
    fit: HeadFit, canvas: Canvas, opening: Image, positions: Image, *, erode: int
) -> tuple[Image, Image]:
    """The portrait's colours at head-space positions (H, W, 3), and 1 where they are seen between the lids."""
    at = pixels_at(fit.to_picture(fit.to_rest(positions.reshape(-1, 3).astype(np.float32)))).reshape(
        EYE_PX, EYE_PX, 2
    )
    narrow = cv2.erode(opening, np.ones((2 * erode + 1, 2 * erode + 1), np.uint8))
    return sample(canvas.rgb, at), smoothstep(0.4, 0.9, sample(narrow, at))


def _sclera(colour: Image, seen: Image) -> Image:
    luma = colour @ np.array([0.3, 0.59, 0.11], np.float32)
    if seen.sum() < 60:
        filled = np.full_like(colour, 0.8)
    else:
        # Lashes and lid shadow are darker than the white; they would be smeared over the whole ball.
        usual = float(np.quantile(luma[seen > 0.5], 0.55)) if (seen > 0.5).any() else 0.7
        white = seen * smoothstep(0.45 * usual, 0.8 * usual, luma)
        filled = push_pull(colour, white.astype(np.float32))
        calm = (colour * white[..., None]).sum((0, 1)) / max(float(white.sum()), 1e-6)
        filled = 0.65 * filled + 0.35 * calm
        filled = np.where(white[..., None] > 0.5, 0.5 * filled + 0.5 * colour, filled)
        filled = cv2.GaussianBlur(filled.astype(np.float32), (0, 0), 3)
    line = (np.arange(EYE_PX, dtype=np.float32) + 0.5) / EYE_PX * 2 - 1
    x, y = np.meshgrid(line, -line)
    shade = 1 - 0.35 * smoothstep(0.25, 0.75, y) - 0.25 * smoothstep(0.45, 0.95, np.abs(x))
    return np.dstack([np.clip(filled * shade[..., None], 0, 1), np.ones_like(x)]).astype(np.float32)


def _iris(colour: Image, seen: Image) -> Image:
    """Complete the disc around its centre: what a lid hides is like what stands opposite or beside it."""
    line = (np.arange(EYE_PX, dtype=np.float32) + 0.5) / EYE_PX * 2 - 1
    x, y = np.meshgrid(line, -line)
    r = np.hypot(x, y) / (2 * DISC)
    ring = np.clip((r * 24).astype(np.int32), 0, 29)
    profile = np.zeros((30, 3), np.float32)
    known = np.zeros(30, np.float32)
    for i in range(30):
        here = (ring == i) & (seen > 0.7)
        if here.sum() > 4:
            profile[i], known[i] = np.median(colour[here], axis=0), 1
    if known.any():
        for i in range(30):
            if not known[i]:
                profile[i] = profile[np.flatnonzero(known)[np.abs(np.flatnonzero(known) - i).argmin()]]
    else:
        profile[:] = (0.2, 0.14, 0.1)
        profile[:10] = 0.02
    radial = cv2.GaussianBlur(profile[ring], (0, 0), 2)
    opposite, opposite_seen = colour[::-1, ::-1], seen[::-1, ::-1]
    beside = (
        opposite * opposite_seen[..., None] + radial * (1 - opposite_seen[..., None])
    ) * 0.5 + radial * 0.5
    whole = colour * seen[..., None] + beside * (1 - seen[..., None])
    alpha = 1 - smoothstep(0.94, 1.10, r)
    return np.dstack([np.clip(whole, 0, 1), alpha]).astype(np.float32)
