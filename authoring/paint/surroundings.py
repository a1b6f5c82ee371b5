"""Paints the pictures around the face: the sheet, the back of the hair, the background plate."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.fit.head_fit import HeadFit
from authoring.fit.proportions import FaceProportions
from authoring.paint.atlas import FaceAtlas, atlas_pixels
from authoring.paint.flat_fill import flat_fill, flatness
from authoring.paint.mirrored_detail import mirrored_detail
from authoring.paint.raster import Raster
from authoring.portrait.backdrop import without_person
from authoring.portrait.canvas import EXTENDED_PX, Canvas, extended_pixels, sample
from authoring.portrait.fill import push_pull
from authoring.portrait.parsing import Parsed
from face.easing import smoothstep
from face.head_model import HeadModel
from vision.portrait_parts import PORTRAIT_PART

JAW_REACH_PX: Final = 28  # how far a portrait's jaw may lie outside the fitted one, extended-canvas pixels
#: Half the neck's width as a share of the face's: up to USUAL_NECK anything, up to WIDEST_NECK only bare skin.
USUAL_NECK, WIDEST_NECK = 0.36, 0.5
#: Blur that tells strands of hair from its shading, in sides of the canvas.
FINE: Final = 1 / 90
#: Distance at which mirrored strands are weak.
STRANDS_REACH: Final = 6 * FINE
#: Weight of other colours than hair's in the picture of the back: they count only where there is no hair far and wide.
NO_HAIR: Final = 1e-5
NOT_SKIN: Final = 0.25  # distance from the face's sRGB colour, and from its hue, of a collar
ALIKE: Final = 0.3  # largest distance of two sRGB colours of the same skin, one lit and one in the shade

Image = NDArray[np.float32]


def rasterise_face(
    raster: Raster, model: HeadModel, fit: HeadFit, vertices: Image, atlas: FaceAtlas
) -> tuple[Image, Image, Image]:
    """Rasterise the face at its place in the portrait.

    Args:
        vertices: (V, 3) float32, the head as in the portrait, head space.

    Returns:
        (E, E) float32 each: opacity 0..1; rest-space z, 0 where nothing is; head-space y, continued over eyes and mouth.
    """
    rest = fit.to_rest(vertices)
    pixels = extended_pixels(fit.to_picture(rest))
    values = np.concatenate([atlas_pixels(model), rest[:, 2:3]], 1).astype(np.float32)
    drawn = raster.draw(
        pixels, values, model.triangles["face"], EXTENDED_PX, depth=(-1 / rest[:, 2]).astype(np.float32)
    )
    covered = drawn[..., 3] > 0
    alpha = np.where(covered, sample(atlas.alpha, drawn[..., :2]), 0).astype(np.float32)
    # Eyes and mouth are holes in the mesh; fill them.
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
    # Without a height an eye would count as part of the jaw, and be cut out of the hair behind it.
    height = push_pull(heights[..., :1], heights[..., 1])[..., 0]
    return alpha, np.where(covered, drawn[..., 2], 0).astype(np.float32), height


def rasterise_skull(raster: Raster, model: HeadModel, fit: HeadFit, vertices: Image) -> Image:
    """Rasterise the bare head: (E, E) float32, 1 inside. Hair lies outside of it."""
    rest = fit.to_rest(vertices)
    drawn = raster.draw(
        extended_pixels(fit.to_picture(rest)), rest[:, 2:3], model.part("face", "scalp"), EXTENDED_PX
    )
    return np.asarray(drawn[..., 1], np.float32)


def paint_sheet(
    canvas: Canvas,
    matte: Image,
    face: Image,
    height: Image,
    proportions: FaceProportions,
    *,
    is_drawn: bool = False,
) -> Image:
    """Paint the person with the neck in place of the lower face, and with a hole under the upper face.

    Args:
        canvas: the portrait.
        matte: (E, E) float32, person 0..1.
        face: (E, E) float32, opacity of the face.
        height: (E, E) float32, head-space y of the face.
        proportions: of the head.
        is_drawn: fill with flat colours.

    Returns:
        (E, E, 4) float32 0..1 sRGB, straight alpha.
    """
    person = push_pull(canvas.rgb, smoothstep(0.85, 0.98, matte))
    own = smoothstep(0.6, 0.97, matte)[..., None]
    clean = canvas.rgb * own + person * (1 - own)
    inside = (face > 0.02).astype(np.uint8)
    lower = _lower_face(canvas, face, height, proportions)
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
        # the chin's shadow, which begins softly below it
        outside = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5)
        deep = 0.15 * smoothstep(0, 0.05 * EXTENDED_PX, distance)
        neck = neck * (1 - 0.10 * smoothstep(JAW_REACH_PX, 0, outside) - deep)[..., None]
    rgb = clean * (1 - lower[..., None]) + neck * lower[..., None]
    hole = smoothstep(0.03 * EXTENDED_PX, 0.045 * EXTENDED_PX, distance) * (1 - lower)
    column = _neck_column(canvas, matte, face)
    alpha = matte * (1 - lower + lower * column)
    # Below the picture the last row is repeated; blur it first, because a row with detail would make vertical stripes.
    soft = cv2.GaussianBlur(rgb, (0, 0), sigmaX=18, sigmaY=4)
    lowest = smoothstep(0.92, 0.99, np.linspace(0, 1, EXTENDED_PX, dtype=np.float32))[:, None, None]
    rgb = rgb * (1 - lowest) + soft * lowest
    return np.dstack([np.clip(rgb, 0, 1), alpha * (1 - hole)]).astype(np.float32)


def _lower_face(canvas: Canvas, face: Image, height: Image, proportions: FaceProportions) -> Image:
    """(E, E) float32, 1 over cheeks and jaw below the ears, where the sheet must not show the portrait's own jaw.

    Beyond the fitted jaw, skin belongs to the portrait's jaw, and other colours to hair and collar.
    """
    mouth, tall = proportions.mouth, proportions.height
    inside = (face > 0.02).astype(np.uint8)
    reach = EXTENDED_PX // 320
    wide = cv2.dilate(inside, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1)))
    nearest = push_pull(height[..., None], inside.astype(np.float32))[..., 0]
    skin = push_pull(canvas.rgb, (face > 0.9).astype(np.float32))
    alike = smoothstep(0.24, 0.12, np.linalg.norm(canvas.rgb - skin, axis=2))
    beyond = cv2.dilate(inside, np.ones((2 * JAW_REACH_PX + 1, 2 * JAW_REACH_PX + 1), np.uint8)) * alike
    # Beside the ears remove only the fitted face: ear lobes, and often hair, have the colour of skin.
    below_ears = smoothstep(mouth + 0.22 * tall, mouth + 0.05 * tall, nearest)
    at_jaw = smoothstep(mouth + 0.02 * tall, mouth - 0.10 * tall, nearest)
    lower = np.maximum(wide * below_ears, beyond * at_jaw)
    return np.asarray(cv2.GaussianBlur(lower.astype(np.float32), (0, 0), reach / 2.5), np.float32)


def neck_sides(rgb: Image, matte: Image, face: Image) -> tuple[int, int, int]:
    """Measure the neck just below the chin.

    Args:
        rgb: (E, E, 3) float32 sRGB 0..1.
        matte: (E, E) float32, person 0..1.
        face: (E, E) float32, opacity of the face.

    Returns:
        Left and right column, and the row, in pixels of the extended canvas.
    """
    rows = np.flatnonzero((face > 0.5).any(1))
    columns = np.flatnonzero((face > 0.5).any(0))
    left, right, bottom = columns.min(), columns.max(), rows.max()
    wide = right - left
    centre = int((left + right) / 2)
    row = min(bottom + EXTENDED_PX // 90, EXTENDED_PX - 1)
    body = matte[row] > 0.5
    # Beyond the usual width there may be hair or a collar, so only bare skin counts as neck.
    tone = np.median(rgb[row, centre - wide // 8 : centre + wide // 8], axis=0)
    alike = np.linalg.norm(rgb[row] - tone, axis=1) < ALIKE
    start = end = centre
    while start > 0 and body[start - 1] and _is_neck(centre - start, wide, alike[start - 1]):
        start -= 1
    while end < EXTENDED_PX - 1 and body[end + 1] and _is_neck(end - centre, wide, alike[end + 1]):
        end += 1
    return start, end, row


def is_skin(colours: Image, skin: Image) -> NDArray[np.bool_]:
    """Whether colours (..., 3) can be skin: near to the face's (3,), and of its hue, in whatever light."""
    far = np.linalg.norm(colours - skin, axis=-1)
    hues = [one / np.maximum(one.mean(-1, keepdims=True), 0.02) for one in (colours, skin)]
    return np.asarray((far < NOT_SKIN) & (np.linalg.norm(hues[0] - hues[1], axis=-1) < NOT_SKIN))


def _is_neck(away: int, wide: int, alike: bool) -> bool:
    return away < (WIDEST_NECK if alike else USUAL_NECK) * wide


def _neck_column(canvas: Canvas, matte: Image, face: Image) -> Image:
    """(E, E) float32 opacity of the neck, continued straight up behind the jaw; it fades outside the neck's width, so
    that no gap opens between the neck and the person's outline. A face that was cut out without its neck has none."""
    start, end, row = neck_sides(canvas.rgb, matte, face)
    x = np.arange(EXTENDED_PX, dtype=np.float32)[None, :]
    soft = max(0.06 * (end - start), 0.5)
    column = smoothstep(start - 2 * soft, start, x) * smoothstep(end + 2 * soft, end, x)
    column = column if end > start else np.zeros_like(column)
    below = (np.arange(EXTENDED_PX) > row)[:, None]
    return np.where(below, 1.0, column).astype(np.float32)


def paint_back(
    canvas: Canvas,
    matte: Image,
    face: Image,
    height: Image,
    proportions: FaceProportions,
    *,
    is_drawn: bool = False,
    parsed: Parsed | None = None,
) -> Image:
    """Paint the hair behind the head: hair pixels, continued over everything that is not hair.

    Args:
        parsed: the parts of the canvas; None: hair is told from skin by its colour, and ears are not told from hair.
        others: see `paint_sheet`.

    Returns:
        (E, E, 4) float32 0..1 sRGB, straight alpha.
    """
    inside = face > 0.5
    skin = np.median(canvas.rgb[inside], axis=0) if inside.any() else np.zeros(3, np.float32)
    spread = np.linalg.norm(canvas.rgb - skin, axis=2)
    wide = cv2.dilate((face > 0.02).astype(np.uint8), np.ones((25, 25), np.uint8)) > 0
    unlike_skin = smoothstep(0.22, 0.4, spread.astype(np.float32))
    share, ears, clothes = _told_apart(parsed, inside)
    worn = smoothstep(0.2, 0.5, share)
    # Colours are taken from what is hair for certain: at the hairline and at an ear, a soft share is half skin.
    is_hair = unlike_skin if parsed is None else smoothstep(0.6, 0.9, share) * (1 - ears)
    hair = (smoothstep(0.85, 0.98, matte) * ~wide * (NO_HAIR + (1 - NO_HAIR) * is_hair)).astype(np.float32)
    if is_drawn:
        hair[neck_sides(canvas.rgb, matte, face)[2] :] = 0  # clothes
        filled = flat_fill(canvas.rgb, hair, hair * flatness(canvas.rgb))
    else:
        filled = push_pull(canvas.rgb, hair)
        strands = hair if parsed is None else hair * is_hair
        filled = filled + mirrored_detail(
            canvas.rgb, strands, FINE * EXTENDED_PX, reach_px=STRANDS_REACH * EXTENDED_PX
        )
    lower = _lower_face(canvas, face, height, proportions)
    # Long hair beside the jaw continues behind it; behind a bare jaw the picture stays transparent.
    around = (unlike_skin if parsed is None else worn) * matte * (1 - lower) * (1 - clothes)
    behind = lower * _carried_inwards(around, ((1 - lower) > 0.9).astype(np.float32))
    # The sheet draws the neck behind the jaw. This picture turns with the head, so a neck in it would stick out.
    mouth, tall = proportions.mouth, proportions.height
    nearest = push_pull(height[..., None], (face > 0.02).astype(np.float32))[..., 0]
    neck = _neck_column(canvas, matte, face) * smoothstep(mouth, mouth - 0.1 * tall, nearest)
    # Ears stand out from the head, and a scarf or a chair beside the neck does not turn with it: only hair is there.
    above_ears = smoothstep(mouth - 0.02 * tall, mouth + 0.06 * tall, nearest)
    turns = np.maximum(1 - ears, worn) * np.maximum(above_ears, worn)
    alpha = matte * (1 - lower) * (1 - neck) * turns + behind
    # Remove thin rests of an outline below the ears.
    thin = np.minimum(alpha, cv2.morphologyEx(alpha, cv2.MORPH_OPEN, np.ones((11, 11), np.uint8)))
    alpha = np.where(nearest < mouth + 0.2 * tall, thin, alpha)
    return np.dstack([np.clip(filled * 0.88, 0, 1), alpha]).astype(np.float32)


def _told_apart(parsed: Parsed | None, face: NDArray[np.bool_]) -> tuple[Image, Image, Image]:
    """Shares (E, E) float32 0..1 of hair or a hat, continued under face and ears; of ears; and of clothes.

    Without parts, hair may be everywhere, and there are no ears and clothes.
    """
    if parsed is None:
        one = np.ones((EXTENDED_PX, EXTENDED_PX), np.float32)
        return one, one * 0, one * 0
    part = parsed.part
    hair, ears, clothes = (
        cv2.resize(shares, (EXTENDED_PX, EXTENDED_PX))
        for shares in (
            part[PORTRAIT_PART["hair"]] + part[PORTRAIT_PART["hat"]],
            part[PORTRAIT_PART["ears"]],
            part[PORTRAIT_PART["clothes"]],
        )
    )
    ears = smoothstep(0.15, 0.4, ears)
    around = push_pull(hair[..., None], ((1 - ears) * ~face).astype(np.float32))[..., 0]
    return around, ears, smoothstep(0.2, 0.5, clothes)


def _carried_inwards(values: Image, known: Image) -> Image:
    """(E, E) along each row, the larger mean of the known values within a near and a far window; 0 without any."""
    carried = np.zeros_like(values)
    for reach in (EXTENDED_PX // 64, EXTENDED_PX // 16):
        window = (2 * reach + 1, 1)
        share = cv2.boxFilter(known, -1, window, borderType=cv2.BORDER_REPLICATE)
        total = cv2.boxFilter(values * known, -1, window, borderType=cv2.BORDER_REPLICATE)
        carried = np.maximum(carried, smoothstep(0.15, 0.4, total / np.maximum(share, 1e-3)))
    return carried


def paint_plate(canvas: Canvas, matte: Image) -> Image:
    """Paint the background without the person: (E, E, 3) float32 0..1 sRGB."""
    return without_person(canvas.rgb, matte)
