"""Paints the eyes' textures: the white of the eye, and the iris as a separate disc that moves with the gaze."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator

from authoring.fit.head_fit import HeadFit
from authoring.fit.personal import PersonalHead
from authoring.portrait.canvas import Canvas, extended_pixels, sample
from authoring.portrait.fill import push_pull
from face.easing import smoothstep
from face.eyeballs import eye_rotation
from face.head_model import HeadModel

EYE_PX: Final = 256
DRAWN_WHITE: Final = 0.97  # brightness of a drawn eye's white
DISC: Final = (
    0.4  # the limbus lies at this radius of the iris picture; must match runtime/engines/head_shaders.py
)

#: How far what the portrait shows between the lids goes on behind them: wholly, and up to where it has faded, shares of
#: the ball's picture and of the iris'. A lid's edge is never quite where the portrait has it.
BEHIND_LIDS, BEHIND_LIDS_IRIS = (0.015, 0.04), (0.03, 0.08)
#: Radii of the limbus between which an iris fades out: its edge is soft, and a sharp one leaves a bright ring around it.
FADES, DRAWN_FADES = (1.06, 1.24), (0.94, 1.10)

Image = NDArray[np.float32]


def with_iris_sizes(
    model: HeadModel, fit: HeadFit, head: PersonalHead, canvas: Canvas, openings: list[Image]
) -> PersonalHead:
    """Measure each iris by its rim in the picture: drawn irises are far larger than the landmarker reports.

    Args:
        head: with the landmarker's iris sizes.
        openings: (E, E) float32 for each eye, from `eye_opening`.

    Returns:
        The head with the measured sizes.
    """
    sines = head.iris_sine.copy()
    turn = eye_rotation(head.gaze)
    factors = np.linspace(0.7, 1.6, 46, dtype=np.float32)
    # Search sideways and below: above, the lid and its lashes look like a rim.
    around = np.linspace(-np.pi * 1.05, np.pi * 0.05, 60, dtype=np.float32)
    for side in (0, 1):
        reach = factors[:, None] * sines[side]
        x, y = reach * np.cos(around), reach * np.sin(around)
        own = np.stack([x, y, np.sqrt(np.maximum(1 - x * x - y * y, 0.01))], -1)
        looked = own @ turn.T
        colour, seen = _sample_eye(
            fit,
            canvas,
            openings[side],
            head.eye_centres[side] + surface_radius(model, head, side, looked) * looked,
            erode=2,
        )
        luma = colour.mean(2)
        rise = np.where((seen[4:] > 0.5) & (seen[:-4] > 0.5), luma[4:] - luma[:-4], np.nan)
        counted = np.isfinite(rise).sum(1) >= 8
        if not counted.any():
            continue
        strength = np.where(
            counted, np.nan_to_num(np.nanmedian(np.where(counted[:, None], rise, 0), axis=1)), 0
        )
        best = int(strength.argmax())
        if strength[best] > 0.06:
            sines[side] *= factors[best + 2]
    return replace(head, iris_sine=np.full(2, sines.mean(), np.float32).clip(0.25, 0.85))


def surface_radius(model: HeadModel, head: PersonalHead, side: int, directions: Image) -> Image:
    """How far an eyeball's surface lies from its centre: a ball, which reaches to the corners of the eye.

    The model's cornea is left out: what is painted on a bulge looks bent from the side.

    Args:
        directions: (..., 3) unit vectors in head space, forwards.

    Returns:
        (..., 1) float32, model units.
    """
    ball = model.eyeball(side)
    out, usual = head.neutral[ball] - head.eye_centres[side], model.vertices[ball]
    radius, own = (
        np.linalg.norm(one, axis=1) for one in (out, usual - model.eye_centre(model.vertices, side))
    )
    scale = float(np.median(radius / own))
    # the front of the ball, seen from before it, is a disc without folds
    front = out[:, 2] > 0
    places, stretch = (out / radius[:, None])[front, :2], (radius - scale * own)[front]
    asked = directions[..., :2].reshape(-1, 2)
    found = LinearNDInterpolator(places, stretch, fill_value=0.0)(asked)
    return np.asarray(scale * own.mean() + found.reshape(*directions.shape[:-1], 1), np.float32)


def paint_eye(
    model: HeadModel, fit: HeadFit, head: PersonalHead, canvas: Canvas, opening: Image, side: int
) -> tuple[Image, Image]:
    """Paint the textures of one eye.

    Args:
        opening: (E, E) float32, 1 where the portrait shows this eye between its lids.
        side: 0 = subject's left, 1 = right.

    Returns:
        Sclera (256, 256, 4): the eyeball from the front, orthographic, opaque. Iris (256, 256, 4): a disc, straight
        alpha. Both float32 0..1 sRGB, top row first.
    """
    centre = head.eye_centres[side]
    turn = eye_rotation(head.gaze)
    sine = float(head.iris_sine[side])
    ball = _directions(1.0)
    surface = centre + surface_radius(model, head, side, ball) * ball
    colour, seen = _sample_eye(fit, canvas, opening, surface, erode=0)
    looked = ball @ turn  # in the eye's own frame
    away = np.linalg.norm(looked[..., :2], axis=2) / sine
    around = smoothstep(1.08, 1.22, away.astype(np.float32))
    # Keep clear of the iris' dark rim, or the fill would spread it over the white that a turned eye shows.
    clean = (seen * smoothstep(1.16, 1.36, away.astype(np.float32))).astype(np.float32)
    if not fit.is_drawn:
        _, surely = _sample_eye(fit, canvas, opening, surface, erode=1)
        colour, seen = _behind_lids(colour, seen, surely, *BEHIND_LIDS)
    sclera = _sclera(colour, (seen * around).astype(np.float32), clean, is_drawn=fit.is_drawn)
    own = _directions(sine / (2 * DISC)) @ turn.T
    surface = centre + surface_radius(model, head, side, own) * own
    colour, seen = _sample_eye(fit, canvas, opening, surface, erode=0)
    if not fit.is_drawn:
        _, surely = _sample_eye(fit, canvas, opening, surface, erode=1)
        colour, seen = _behind_lids(colour, seen, surely, *BEHIND_LIDS_IRIS)
    iris = _iris(colour, seen.astype(np.float32), DRAWN_FADES if fit.is_drawn else FADES)
    return sclera, iris


def _behind_lids(
    colour: Image, seen: Image, surely: Image, whole: float, faded: float
) -> tuple[Image, Image]:
    """Continue what is seen of an eye a little beyond the lids, by the nearest pixel that surely shows it.

    Args:
        colour: (H, H, 3). seen: (H, H) 0..1. surely: (H, H) the same without the lids' blurred edges.
        whole, faded: as BEHIND_LIDS.

    Returns:
        Colours (H, H, 3), and (H, H) how much of the eye they are.
    """
    known = surely > 0.9
    if not known.any():
        return colour, seen
    away, label = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    nearest = np.zeros((int(label.max()) + 1, 3), np.float32)
    nearest[label[known]] = colour[known]
    share = smoothstep(faded, whole, away / len(colour)).astype(np.float32)
    own = seen[..., None]
    return colour * own + nearest[label] * (1 - own), np.maximum(seen, share)


def _directions(reach: float) -> Image:
    """Unit vectors (256, 256, 3) of the pixels of a picture of a unit sphere from the front, x and y in -reach..reach."""
    line = (np.arange(EYE_PX, dtype=np.float32) + 0.5) / EYE_PX * 2 - 1
    x, y = np.meshgrid(line * reach, -line * reach)
    squared = np.minimum(x * x + y * y, 0.999)
    return np.stack([x, y, np.sqrt(1 - squared)], -1).astype(np.float32)


def _sample_eye(
    fit: HeadFit, canvas: Canvas, opening: Image, positions: Image, *, erode: int
) -> tuple[Image, Image]:
    """Sample the portrait at points of an eye.

    Args:
        positions: (H, W, 3) head space.
        erode: by how many pixels the opening is narrowed first.

    Returns:
        Colours (H, W, 3), and (H, W) 1 where the portrait shows the point between the lids. Float32.
    """
    at = extended_pixels(fit.to_picture(fit.to_rest(positions.reshape(-1, 3).astype(np.float32)))).reshape(
        *positions.shape[:2], 2
    )
    narrow = cv2.erode(opening, np.ones((2 * erode + 1, 2 * erode + 1), np.uint8))
    return sample(canvas.rgb, at), smoothstep(0.15, 0.6, sample(narrow, at))


def _sclera(colour: Image, seen: Image, clean: Image, *, is_drawn: bool) -> Image:
    """Complete the white of an eye: (256, 256, 4) float32.

    Visible pixels stay as they are, with the lid's shadow, because this texture does not turn with the gaze. The rest
    continues the clean white. A drawn eye is nearly all iris, with hardly any white to continue: a constant is used.

    Args:
        colour: (256, 256, 3) samples of the portrait.
        seen: (256, 256) 1 where they show the white of the eye.
        clean: (256, 256) the same, between the lids and at a distance from the iris.
    """
    luma = colour @ np.array([0.3, 0.59, 0.11], np.float32)
    filled = np.full_like(colour, 0.8)
    if is_drawn:
        filled[:] = DRAWN_WHITE
    elif clean.sum() > 60 and (clean > 0.5).any():
        # Exclude lashes and shadows, which are darker than the white: the fill would spread them over the eyeball.
        usual = float(np.quantile(luma[clean > 0.5], 0.55))
        white = (clean * smoothstep(0.45 * usual, 0.8 * usual, luma)).astype(np.float32)
        calm = (colour * white[..., None]).sum((0, 1)) / max(float(white.sum()), 1e-6)
        filled = 0.65 * push_pull(colour, white) + 0.35 * calm
        filled = cv2.GaussianBlur(filled.astype(np.float32), (0, 0), 3)
    line = (np.arange(EYE_PX, dtype=np.float32) + 0.5) / EYE_PX * 2 - 1
    x, y = (axis.astype(np.float32) for axis in np.meshgrid(line, -line))
    shade = 1 - 0.35 * smoothstep(0.25, 0.75, y) - 0.25 * smoothstep(0.45, 0.95, np.abs(x))
    own = seen[..., None]
    whole = np.clip(colour * own + filled * shade[..., None] * (1 - own), 0, 1)
    return np.dstack([whole, np.ones_like(x)]).astype(np.float32)


def _iris(colour: Image, seen: Image, fades: tuple[float, float]) -> Image:
    """Complete the iris: (256, 256, 4) float32, straight alpha, which falls between two radii.

    Hidden pixels take the mean of the point opposite the centre and of the median colour at their radius.
    """
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
    alpha = 1 - smoothstep(*fades, r.astype(np.float32))
    return np.dstack([np.clip(whole, 0, 1), alpha]).astype(np.float32)
