"""The pictures around the face: sheet, back of the hair, background plate."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.fit.head_fit import HeadFit
from authoring.paint.atlas import FaceAtlas, atlas_pixels, sample
from authoring.paint.flat_fill import flat_fill, flatness
from authoring.paint.raster import Raster
from authoring.paint.sheet import pixels_at
from authoring.portrait.canvas import EXTENDED_PX, Canvas
from authoring.portrait.fill import push_pull
from face.easing import smoothstep
from face.head_model import HeadModel

JAW_REACH_PX: Final = 28  # how far a portrait's jaw may lie outside the fitted one, extended-canvas pixels
#: Half a neck's width, of the face's: whatever stands below the chin, and as long as it is bare skin.
USUAL_NECK, WIDEST_NECK = 0.36, 0.5
ALIKE: Final = 0.3  # distance of two sRGB colours that may both be this skin, lit and in the shade

Image = NDArray[np.float32]


def drawn_face(
    raster: Raster, model: HeadModel, fit: HeadFit, vertices: Image, atlas: FaceAtlas
) -> tuple[Image, Image, Image]:
    """The face as it lies over the portrait: opacity (E, E), rest-space z (E, E) or 0, head-space height (E, E)."""
    rest = fit.to_rest(vertices)
    pixels = pixels_at(fit.to_picture(rest))
    values = np.concatenate([atlas_pixels(model), rest[:, 2:3]], 1).astype(np.float32)
    drawn = raster.draw(
        pixels, values, model.triangles["face"], EXTENDED_PX, depth=(-1 / rest[:, 2]).astype(np.float32)
    )
    covered = drawn[..., 3] > 0
    alpha = np.where(covered, sample(atlas.alpha, drawn[..., :2]), 0).astype(np.float32)
    # Eyes and mouth are holes in the mesh, not in the face.
    shape = (alpha > 0.02).astype(np.uint8)
    outside = shape.copy()
    cv2.floodFill(outside, None, (0, 0), 2)
    alpha = np.where((outside != 2) & ~covered, 1.0, alpha).astype(np.float32)
    heights = raster.draw(
        pixels,
        vertices[:, 1:2],
        model.triangles["face"],
        EXTENDED_PX,
        depth=(-1 / rest[:, 2]).astype(np.float32),
    )
    return alpha, np.where(covered, drawn[..., 2], 0).astype(np.float32), heights[..., 0]


def drawn_skull(raster: Raster, model: HeadModel, fit: HeadFit, vertices: Image) -> Image:
    """(E, E) 1 where the bare head lies: hair only ever adds to it."""
    rest = fit.to_rest(vertices)
    drawn = raster.draw(
        pixels_at(fit.to_picture(rest)), rest[:, 2:3], model.part("face", "scalp"), EXTENDED_PX
    )
    return np.asarray(drawn[..., 1], np.float32)


def paint_sheet(
    canvas: Canvas,
    matte: Image,
    face: Image,
    height: Image,
    mouth: float,
    tall: float,
    *,
    is_drawn: bool = False,
) -> Image:
    """The person without the lower face, whose place the neck takes, and with a hole under the upper face.

    Args:
        face: (E, E) opacity of the drawn face; height: (E, E) head-space y there.
        mouth: head-space y of the mouth; tall: height of the face.
        is_drawn: flat colours, which stay flat.

    Returns:
        (E, E, 4) float32, straight alpha.
    """
    person = push_pull(canvas.rgb, smoothstep(0.85, 0.98, matte))
    own = smoothstep(0.6, 0.97, matte)[..., None]
    clean = canvas.rgb * own + person * (1 - own)
    inside = (face > 0.02).astype(np.uint8)
    lower = _lower_face(canvas, face, height, mouth, tall)
    wide = cv2.dilate(np.maximum(inside, (lower > 0.5).astype(np.uint8)), np.ones((13, 13), np.uint8))
    bare = (smoothstep(0.85, 0.98, matte) * (wide == 0)).astype(np.float32)
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    if is_drawn:
        start, end, row = neck_sides(canvas.rgb, matte, face)
        below = np.zeros_like(bare)
        below[row:, start:end] = 1
        neck = flat_fill(clean, bare, bare * below * flatness(canvas.rgb))
    else:
        neck = push_pull(clean, bare)
        neck = (
            neck * (1 - 0.25 * smoothstep(0, 0.05 * EXTENDED_PX, distance))[..., None]
        )  # in the shade of the chin
    rgb = clean * (1 - lower[..., None]) + neck * lower[..., None]
    hole = smoothstep(0.03 * EXTENDED_PX, 0.045 * EXTENDED_PX, distance) * (1 - lower)
    column = _neck_column(canvas, matte, face)
    alpha = matte * (1 - lower + lower * column)
    # Under the picture's lower border the last row is drawn on; without its detail it is cloth, with it a bar code.
    soft = cv2.GaussianBlur(rgb, (0, 0), sigmaX=18, sigmaY=4)
    lowest = smoothstep(0.92, 0.99, np.linspace(0, 1, EXTENDED_PX, dtype=np.float32))[:, None, None]
    rgb = rgb * (1 - lowest) + soft * lowest
    return np.dstack([np.clip(rgb, 0, 1), alpha * (1 - hole)]).astype(np.float32)


def _lower_face(canvas: Canvas, face: Image, height: Image, mouth: float, tall: float) -> Image:
    """(E, E) 1 over cheeks and jaw below the ears, where the sheet must not show the portrait's own jaw.

    A jaw that reaches beyond the fitted one is told from hair and collar beside it by its colour.
    """
    inside = (face > 0.02).astype(np.uint8)
    reach = EXTENDED_PX // 320
    wide = cv2.dilate(inside, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1)))
    nearest = push_pull(height[..., None], inside.astype(np.float32))[..., 0]
    skin = push_pull(canvas.rgb, (face > 0.9).astype(np.float32))
    alike = smoothstep(0.24, 0.12, np.linalg.norm(canvas.rgb - skin, axis=2))
    beyond = cv2.dilate(inside, np.ones((2 * JAW_REACH_PX + 1, 2 * JAW_REACH_PX + 1), np.uint8)) * alike
    # Beside the ears only the face itself goes; ear lobes and hair are skin-coloured often enough.
    below_ears = smoothstep(mouth + 0.22 * tall, mouth + 0.05 * tall, nearest)
    at_jaw = smoothstep(mouth + 0.02 * tall, mouth - 0.10 * tall, nearest)
    lower = np.maximum(wide * below_ears, beyond * at_jaw)
    return np.asarray(cv2.GaussianBlur(lower.astype(np.float32), (0, 0), reach / 2.5), np.float32)


def neck_sides(rgb: Image, matte: Image, face: Image) -> tuple[int, int, int]:
    """Left and right pixel of the neck, and the row below the chin where that was read."""
    rows = np.flatnonzero((face > 0.5).any(1))
    columns = np.flatnonzero((face > 0.5).any(0))
    left, right, bottom = columns.min(), columns.max(), rows.max()
    wide = right - left
    centre = int((left + right) / 2)
    row = min(bottom + EXTENDED_PX // 90, EXTENDED_PX - 1)
    body = matte[row] > 0.5
    # Beyond the usual width only bare skin is still the neck: there may be hair or a collar.
    tone = np.median(rgb[row, centre - wide // 8 : centre + wide // 8], axis=0)
    alike = np.linalg.norm(rgb[row] - tone, axis=1) < ALIKE
    start = end = centre
    while start > 0 and body[start - 1] and _is_neck(centre - start, wide, alike[start - 1]):
        start -= 1
    while end < EXTENDED_PX - 1 and body[end + 1] and _is_neck(end - centre, wide, alike[end + 1]):
        end += 1
    return start, end, row


def _is_neck(away: int, wide: int, alike: bool) -> bool:
    return away < (WIDEST_NECK if alike else USUAL_NECK) * wide


def _neck_column(canvas: Canvas, matte: Image, face: Image) -> Image:
    """(E, E) the neck carried straight up behind the jaw; it fades outside its own width, so that nothing shows
    through between it and the picture's outline."""
    start, end, row = neck_sides(canvas.rgb, matte, face)
    x = np.arange(EXTENDED_PX, dtype=np.float32)[None, :]
    soft = 0.06 * (end - start)
    column = smoothstep(start - 2 * soft, start, x) * smoothstep(end + 2 * soft, end, x)
    below = (np.arange(EXTENDED_PX) > row)[:, None]
    return np.where(below, 1.0, column).astype(np.float32)


def paint_back(
    canvas: Canvas,
    matte: Image,
    face: Image,
    height: Image,
    mouth: float,
    tall: float,
    *,
    is_drawn: bool = False,
) -> Image:
    """Hair for behind the head: the hair's own pixels, carried over everything that is not hair."""
    inside = face > 0.5
    skin = np.median(canvas.rgb[inside], axis=0) if inside.any() else np.zeros(3, np.float32)
    spread = np.linalg.norm(canvas.rgb - skin, axis=2)
    wide = cv2.dilate((face > 0.02).astype(np.uint8), np.ones((25, 25), np.uint8)) > 0
    hair = (
        smoothstep(0.85, 0.98, matte)
        * ~wide
        * (0.02 + 0.98 * smoothstep(0.22, 0.4, spread.astype(np.float32)))
    )
    hair = hair.astype(np.float32)
    if is_drawn:
        hair[neck_sides(canvas.rgb, matte, face)[2] :] = 0  # clothes
        filled = flat_fill(canvas.rgb, hair, hair * flatness(canvas.rgb))
    else:
        filled = push_pull(canvas.rgb, hair)
    lower = _lower_face(canvas, face, height, mouth, tall)
    # Where long hair frames the jaw it goes on behind it; beside a bare jaw there is nothing behind.
    around = smoothstep(0.22, 0.4, spread.astype(np.float32)) * matte * (1 - lower)
    behind = lower * _carried_inwards(around, ((1 - lower) > 0.9).astype(np.float32))
    # The neck behind the jaw is the sheet's; the head's turn would pull this one's sides out of it.
    nearest = push_pull(height[..., None], (face > 0.02).astype(np.float32))[..., 0]
    neck = _neck_column(canvas, matte, face) * smoothstep(mouth, mouth - 0.1 * tall, nearest)
    alpha = matte * (1 - lower) * (1 - neck) + behind
    # What is left of an outline there would hang from the ears like a thread.
    thin = np.minimum(alpha, cv2.morphologyEx(alpha, cv2.MORPH_OPEN, np.ones((11, 11), np.uint8)))
    alpha = np.where(nearest < mouth + 0.2 * tall, thin, alpha)
    return np.dstack([np.clip(filled * 0.88, 0, 1), alpha]).astype(np.float32)


def _carried_inwards(values: Image, known: Image) -> Image:
    """(E, E) along each row, the mean of what is known near by, or further away if that is more; 0 where nothing is."""
    carried = np.zeros_like(values)
    for reach in (EXTENDED_PX // 64, EXTENDED_PX // 16):
        window = (2 * reach + 1, 1)
        share = cv2.boxFilter(known, -1, window, borderType=cv2.BORDER_REPLICATE)
        total = cv2.boxFilter(values * known, -1, window, borderType=cv2.BORDER_REPLICATE)
        carried = np.maximum(carried, smoothstep(0.15, 0.4, total / np.maximum(share, 1e-3)))
    return carried


def paint_plate(canvas: Canvas, matte: Image) -> Image:
    """The background without the person (E, E, 3)."""
    reach = EXTENDED_PX // 36
    person = cv2.dilate((matte > 0.03).astype(np.uint8), np.ones((reach, reach), np.uint8))
    behind = push_pull(canvas.rgb, (1 - person).astype(np.float32))
    soft = cv2.GaussianBlur(person.astype(np.float32), (0, 0), reach / 3)[..., None]
    # A little of the background's own grain, so that the filled part does not look airbrushed.
    smooth = cv2.GaussianBlur(canvas.rgb, (0, 0), 4)
    grain = np.where(person[..., None] > 0, 0, canvas.rgb - smooth)
    shifted = np.roll(grain, (EXTENDED_PX // 3, EXTENDED_PX // 2), (0, 1))
    return np.asarray(np.clip(canvas.rgb * (1 - soft) + (behind + shifted) * soft, 0, 1), np.float32)
