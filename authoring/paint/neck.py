"""Builds the throat behind the jaw from the head model, with the width and colours of the portrait's neck."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.fit.head_fit import HeadFit
from authoring.fit.proportions import face_proportions
from authoring.paint.surroundings import is_skin
from authoring.portrait.canvas import CANVAS_PX, EXTENDED_PX, extended_pixels, sample
from authoring.portrait.fill import push_pull
from face.easing import ease_in_out, smoothstep
from face.head_model import HeadModel
from face.normals import vertex_normals
from face.rig import NeckMesh

Image = NDArray[np.float32]

INSET: Final = 0.12  # of the neck's width: nearer to its sides the portrait's outline may be
LEVELS: Final = 14  # heights at which the model's neck is measured
BELOW: Final = 6.0  # how far it goes down below the chin, model units
SHADE, LOW = 0.04, 0.12  # how far the chin's shadow reaches, and the neck's own colours, of the canvas's side
BLUR_PX: Final = 12.0  # extended-canvas pixels; a necklace and a fold are no tone
ALIKE: Final = 0.3  # largest sRGB distance of a neck's colours


def build_neck(
    model: HeadModel,
    fit: HeadFit,
    vertices: Image,
    sheet: Image,
    sides: tuple[int, int, int],
    skin: Image,
    *,
    jaw_shade: float = 0.0,
) -> NeckMesh:
    """Take the model's throat and the sides of its head, from the ears to just below the chin.

    Args:
        vertices: (V, 3) float32, the head as in the portrait, head space.
        sheet: (E, E, 4) float32, the painted sheet; its neck gives the colours.
        sides: left and right column of the portrait's neck, and the row, from `neck_sides`.
        skin: (3,) float32 sRGB, the median colour of the face.
        jaw_shade: how much darker it is behind the jaw than the sheet's neck just below it, 0..1.
    """
    used, triangles = np.unique(model.part("ears_and_neck", "scalp"), return_inverse=True)
    triangles = triangles.reshape(-1, 3)
    points = vertices[used].copy()
    face = np.unique(model.triangles["face"])
    proportions = face_proportions(model, vertices)
    chin = proportions.chin
    lobe = chin + 0.30 * proportions.height  # y of the ear lobes
    # 1. From the chin down a little narrower than the portrait's neck, so that it shows only where the sheet is
    # transparent; the model's own width at the ear lobes.
    start, end, _ = sides
    share = np.clip((lobe - points[:, 1]) / (lobe - chin), 0, 1)
    points[:, 0] *= 0.95
    # Above, keep it behind the cheeks: the sheet shows the portrait's ears.
    beside = 0.93 * float(np.abs(vertices[face, 0]).max())
    points[:, 0] = points[:, 0].clip(-beside, beside)
    rest = fit.to_rest(points)
    if end > start:
        columns = _within(sheet, sides, extended_pixels(fit.to_picture(rest)), share)
        rest[:, 0] = (columns - EXTENDED_PX / 2) / CANVAS_PX * -rest[:, 2] / fit.focal
    # 2. Colours of the sheet's neck at the same height, darker where the surface turns away from the camera.
    pixels = extended_pixels(fit.to_picture(rest))
    behind = smoothstep(0, 0.05 * EXTENDED_PX, sides[2] - pixels[:, 1])
    colour = _tones(sheet, sides, skin, pixels) * (1 - jaw_shade * behind)[:, None]
    normals = vertex_normals(rest, triangles.astype(np.int32))
    colour *= 0.84 + 0.16 * np.clip(normals[:, 2:3], 0, 1)
    # 3. Fade out beside the ears and below the chin.
    ears = lobe + 0.6 * (lobe - chin)
    lowest = chin - BELOW if end > start else chin  # a face that was cut out without its neck has none
    shown = np.clip((ears - points[:, 1]) / 1.2, 0, 1) * np.clip((points[:, 1] - lowest) / 2.0, 0, 1)
    keep = (shown[triangles] > 0).any(1)
    ids, compact = np.unique(triangles[keep], return_inverse=True)
    follow = ease_in_out(
        np.clip((points[:, 1] - (chin - 0.5 * proportions.height)) / (0.62 * proportions.height), 0, 1)
    )
    return NeckMesh(
        vertices=rest[ids],
        follow=follow[ids].astype(np.float32),
        colours=(np.concatenate([colour, np.ones((len(colour), 1))], 1) * shown[:, None])[ids].astype(
            np.float32
        ),
        triangles=compact.reshape(-1, 3).astype(np.int32),
    )


def _within(sheet: Image, sides: tuple[int, int, int], pixels: Image, share: Image) -> Image:
    """Columns (N,) of places (N, 2), moved into the portrait's neck.

    Where `share` (N,) is 1, they lie between its borders as they lay between the model's.
    """
    left, right = _borders(sheet, sides)
    rows = pixels[:, 1].round().astype(int).clip(0, EXTENDED_PX - 1)
    moved = pixels[share > 0]
    levels = np.linspace(moved[:, 1].min(), moved[:, 1].max(), LEVELS)
    near = [np.abs(moved[:, 1] - level) <= levels[1] - levels[0] for level in levels]
    ends = np.array([(moved[one, 0].min(initial=EXTENDED_PX), moved[one, 0].max(initial=0)) for one in near])
    low, high = (np.interp(pixels[:, 1], levels, ends[:, k]) for k in (0, 1))
    across = ((pixels[:, 0] - low) / np.maximum(high - low, 1)).clip(0, 1)
    inset = INSET / 2 * (right - left)[rows]
    wanted = left[rows] + inset + across * ((right - left)[rows] - 2 * inset)
    return np.asarray(pixels[:, 0] + share * (wanted - pixels[:, 0]), np.float32)


def _borders(sheet: Image, sides: tuple[int, int, int]) -> tuple[Image, Image]:
    """First and last column (E,) of the neck in each row of the sheet; above the chin, of the row below it."""
    start, end, row = sides
    rgb, alpha = sheet[..., :3], sheet[..., 3]
    tone = np.median(rgb[row, start:end], axis=0)
    left, right = np.full(EXTENDED_PX, start, np.float32), np.full(EXTENDED_PX, end, np.float32)
    for r in range(row + 1, EXTENDED_PX):
        bare = (alpha[r] > 0.5) & (np.linalg.norm(rgb[r] - tone, axis=1) < ALIKE)
        # it widens towards the shoulders, and a collar that covers it does not make it narrower
        start -= sum(bool(bare[max(start - k, 0)]) for k in (1, 2))
        end += sum(bool(bare[min(end + k, EXTENDED_PX - 1)]) for k in (1, 2))
        start, end = max(start, 0), min(end, EXTENDED_PX - 1)
        outside = start + np.flatnonzero(alpha[r, start : end + 1] <= 0.5)
        middle = (start + end) // 2
        start = int(outside[outside < middle].max(initial=start - 1)) + 1
        end = int(outside[outside >= middle].min(initial=end))
        left[r], right[r] = start, end
    return left, right


def _tones(sheet: Image, sides: tuple[int, int, int], skin: Image, pixels: Image) -> Image:
    """Colours (N, 3) beside places (N, 2): of the chin's shadow above and just below the chin, of the neck farther down."""
    start, end, row = sides
    wide = max(end - start, 1)
    rgb, alpha = np.ascontiguousarray(sheet[..., :3]), sheet[..., 3]
    across = (pixels[:, 0] - start) / wide
    shares = (0.15, 0.5, 0.85)
    places = np.array([[start + share * (end - start), row + 4] for share in shares], np.float32)
    near = sample(rgb, places[None])[0]
    near = np.where(is_skin(near, skin)[:, None], near, 0.85 * skin)
    tones = np.stack([np.interp(across, shares, near[:, k]) for k in range(3)], 1)
    # Farther down, at its own height, without a necklace and what is no skin.
    neck = np.zeros_like(alpha)
    area = slice(row + 2, row + round(1.5 * LOW * EXTENDED_PX)), slice(start, end)
    neck[area] = (is_skin(rgb, skin) & (alpha > 0.98))[area]
    known = cv2.GaussianBlur(neck, (0, 0), BLUR_PX)
    if known[area].max(initial=0.0) < 0.05:
        return np.asarray(tones, np.float32)
    mean = cv2.GaussianBlur(rgb * neck[..., None], (0, 0), BLUR_PX) / np.maximum(known, 1e-6)[..., None]
    filled = push_pull(mean.astype(np.float32), smoothstep(0.1, 0.5, known))
    inside = np.stack(
        [
            pixels[:, 0].clip(start + INSET * wide, end - INSET * wide),
            pixels[:, 1].clip(row + 4, row + LOW * EXTENDED_PX),
        ],
        1,
    )
    low = smoothstep(row + 4, row + SHADE * EXTENDED_PX, pixels[:, 1])[:, None]
    return np.asarray(tones + low * (sample(filled, inside[None])[0] - tones), np.float32)
