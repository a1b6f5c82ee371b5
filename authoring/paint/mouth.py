"""The colours inside a portrait's mouth, from its own lips, skin and eyes: grey stays grey, and a painting paint.

colours = mouth_colours(canvas, covered, lips, sclera)      # rig.mouth_colours
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.fit.head_fit import HeadFit
from authoring.paint.raster import Raster
from authoring.portrait.canvas import (
    CANVAS_PX,
    EXTENDED_PX,
    Canvas,
    extended_pixels,
    picture_coordinates,
    sample,
)
from face.easing import smoothstep
from face.head_model import HeadModel
from face.mouth import MOUTH_PARTS
from runtime.engines.head_programs import MOUTH_CLEARANCE

Floats = NDArray[np.float32]

#: Lit skin in white light: its hue is what a portrait's skin is compared with to find the colour of the light.
_SKIN: Final = np.array([0.85, 0.66, 0.56], np.float32)
#: (highest - lowest) / highest channel of that skin: below it the picture has little colour.
_COLOURFUL: Final = 0.30
#: Green or blue of skin, in red, up to which it says nothing of green or blue light.
_WARM: Final = 0.93
#: What flesh takes from each channel of the skin's colour, and teeth from white.
_FLESH, _TEETH = np.array([1.0, 0.6, 0.6], np.float32), np.array([1.0, 0.95, 0.845], np.float32)
#: How far around the inner edge of the lips their colour is taken, model units.
_LIP_WIDTH: Final = 0.55
OWN_PX: Final = 256  # side of the picture of the portrait's own mouth
#: Lips are parted from this gap on, and the picture fades so far inside them; pixels of the canvas.
PARTED_PX, FEATHER_PX = 5.0, 2.5
_LUMA: Final = np.array([0.3, 0.59, 0.11], np.float32)


def mouth_colours(canvas: Canvas, face: Floats, lips: Floats, sclera: Floats) -> Floats:
    """`HeadRig.mouth_colours` of one portrait.

    Args:
        face: (E, E) float32, opacity of the face.
        lips: (N, 3) float32, colours of the portrait's lips, from `lip_colours`.
        sclera: (S, S, 4) float32, the white of an eye.

    Returns:
        (5, 3) float32 sRGB 0..1, rows as in `face.rig_schema.MOUTH_COLOURS`.
    """
    skin = canvas.rgb[face > 0.9]
    mean = skin.mean(0)
    colourful = float(np.clip((mean.max() - mean.min()) / max(float(mean.max()), 1e-3) / _COLOURFUL, 0, 1))
    light = _light(mean, colourful)
    bright = max(
        0.98 * float(np.quantile(skin @ _LUMA, 0.85)), float(np.quantile(sclera[..., :3] @ _LUMA, 0.9))
    )
    bright = float(np.clip(bright, 0.2, 0.9))
    teeth = bright * light * (1 + colourful * (_TEETH - 1))
    # flesh: half the lips, half the skin without much of its green and blue, as far as the portrait has colours
    flesh = 0.5 * np.median(lips, axis=0) + 0.5 * mean * (1 + colourful * (_FLESH - 1))
    luma = float(flesh @ _LUMA)
    flesh = flesh * float(np.clip(luma, 0.3 * bright, 0.6 * bright)) / max(luma, 1e-3)
    socket = 0.5 * flesh * (1 + 0.5 * colourful * (_FLESH - 1))
    shadow = 0.8 * np.quantile(skin, 0.004, axis=0)
    shadow = np.minimum(shadow, 0.5 * socket)
    return np.asarray(np.clip([socket, 0.95 * flesh, 1.05 * flesh, teeth, shadow], 0, 1), np.float32)


def lip_colours(model: HeadModel, fit: HeadFit, vertices: Floats, canvas: Canvas) -> Floats:
    """Colours (N, 3) of the portrait where the lips lie.

    Args:
        vertices: (V, 3) float32, the head as in the portrait, head space.
    """
    face = np.unique(model.triangles["face"])
    edge = np.concatenate([model.lips.upper, model.lips.lower])
    gap = np.linalg.norm(model.vertices[face][:, None] - model.vertices[edge][None], axis=2).min(1)
    front = face[(gap < _LIP_WIDTH) & (gap > 0.1) & (model.vertices[face, 2] > model.vertices[edge, 2].min())]
    places = extended_pixels(fit.to_picture(fit.to_rest(vertices[front])))
    return np.asarray(sample(canvas.rgb, places[None])[0], np.float32)


def _light(skin: Floats, colourful: float) -> Floats:
    """Factors (3,) of the light's colour, mean 1: how the skin (3,) differs from skin in white light.

    Pale skin differs from it as skin in cold light does: green or blue light is believed as far as the skin itself has
    less red than green or blue.
    """
    usual = 1 + colourful * (_SKIN / _SKIN.mean() - 1)
    light = np.clip(skin / max(float(skin.mean()), 1e-3) / usual, 0.4, 1.6) ** 0.65
    others = skin[1:] / max(float(skin[0]), 1e-3)
    believed = np.clip((others - _WARM) / (1.0 - _WARM), 0.0, 1.0)
    more = np.maximum(light[1:] / light[0], 1e-3)
    light[1:] = light[0] * np.where(more > 1.0, more**believed, more)
    return np.asarray(light / light.mean(), np.float32)


def own_mouth(canvas: Canvas, opening: Floats) -> tuple[Floats, Floats] | None:
    """What the portrait shows between its lips: its own teeth, tongue and shadow.

    Args:
        opening: (E, E) float32, 1 where the mouth is seen between the lips, from `mouth_opening`.

    Returns:
        Picture (S, S, 4) float32 straight alpha, opaque between the lips; and its place (3,), as in `HeadRig.mouth_view`.
        None: the lips are shut.
    """
    if opening.sum(0).max(initial=0.0) < PARTED_PX:
        return None
    rows, columns = np.flatnonzero(opening.any(1)), np.flatnonzero(opening.any(0))
    low, high = np.array([columns[0], rows[0]], np.float32), np.array([columns[-1], rows[-1]], np.float32) + 1
    side = float((high - low).max()) * 1.2
    corner = (low + high) / 2 - side / 2
    step = (np.arange(OWN_PX, dtype=np.float32) + 0.5) * (side / OWN_PX)
    at = np.stack(np.meshgrid(corner[0] + step, corner[1] + step), -1).astype(np.float32)
    inside = cv2.distanceTransform((opening > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    alpha = smoothstep(0.5, 0.5 + FEATHER_PX, sample(inside, at))
    colour = sample(canvas.rgb, at)
    place = np.array([*picture_coordinates(corner[None].astype(np.float32))[0], side / CANVAS_PX], np.float32)
    return np.dstack([colour, alpha]).astype(np.float32), place


def mouth_opening(raster: Raster, model: HeadModel, fit: HeadFit, vertices: Floats) -> Floats:
    """Where the mouth is seen between the lips: (E, E) float32, 0 or 1.

    Args:
        vertices: (V, 3) float32, the head as in the portrait, head space.
    """
    mouth = np.unique(model.part(*MOUTH_PARTS))
    is_mouth = np.zeros((len(vertices), 1), np.float32)
    is_mouth[mouth] = 1
    behind = vertices.copy()
    behind[mouth, 2] -= MOUTH_CLEARANCE  # as the engine draws it
    rest = fit.to_rest(vertices)
    drawn = raster.draw(
        extended_pixels(fit.to_picture(rest)), is_mouth, model.part("face", *MOUTH_PARTS), EXTENDED_PX,
        depth=(-1 / fit.to_rest(behind)[:, 2]).astype(np.float32),
    )  # fmt: skip
    return (drawn[..., 0] > 0.5).astype(np.float32)
