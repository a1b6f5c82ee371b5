"""The pictures around the face: sheet, back of the hair, background plate."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.atlas import FaceAtlas, atlas_pixels, sample, smoothstep
from authoring.canvas import EXTENDED_PX, Canvas
from authoring.fill import push_pull
from authoring.fit import HeadFit
from authoring.raster import Raster
from authoring.sheet import pixels_at
from runtime.head.model import HeadModel

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


def paint_sheet(canvas: Canvas, matte: Image, face: Image, height: Image, mouth: float, tall: float) -> Image:
    """The person without the lower face, whose place the neck takes, and with a hole under the upper face.

    Args:
        face: (E, E) opacity of the drawn face; height: (E, E) head-space y there.
        mouth: head-space y of the mouth; tall: height of the face.

    Returns:
        (E, E, 4) float32, straight alpha.
    """
    person = push_pull(canvas.rgb, smoothstep(0.85, 0.98, matte))
    clean = canvas.rgb * smoothstep(0.6, 0.97, matte)[..., None] + person * (
        1 - smoothstep(0.6, 0.97, matte)[..., None]
    )
    inside = (face > 0.02).astype(np.uint8)
    reach = EXTENDED_PX // 110
    wide = cv2.dilate(inside, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1)))
    nearest_height = push_pull(height[..., None], inside.astype(np.float32))[..., 0]
    lower = smoothstep(mouth + 0.22 * tall, mouth + 0.05 * tall, nearest_height)
    lower = np.where(wide > 0, lower, 0).astype(np.float32)
    lower = cv2.GaussianBlur(lower, (0, 0), reach / 3)
    neck = push_pull(clean, (smoothstep(0.85, 0.98, matte) * (wide == 0)).astype(np.float32))
    # The neck lies in the shade of the chin.
    neck = neck * 0.86
    rgb = clean * (1 - lower[..., None]) + neck * lower[..., None]
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    hole = smoothstep(0.03 * EXTENDED_PX, 0.045 * EXTENDED_PX, distance) * (1 - lower)
    return np.dstack([np.clip(rgb, 0, 1), np.maximum(matte, lower * (matte > 0.1)) * (1 - hole)]).astype(
        np.float32
    )


def paint_back(canvas: Canvas, matte: Image, face: Image) -> Image:
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
    filled = push_pull(canvas.rgb, hair.astype(np.float32))
    return np.dstack([np.clip(filled * 0.88, 0, 1), matte]).astype(np.float32)


def paint_plate(canvas: Canvas, matte: Image) -> Image:
    """The background without the person (E, E, 3)."""
    reach = EXTENDED_PX // 70
    person = cv2.dilate((matte > 0.03).astype(np.uint8), np.ones((reach, reach), np.uint8))
    behind = push_pull(canvas.rgb, (1 - person).astype(np.float32))
    soft = cv2.GaussianBlur(person.astype(np.float32), (0, 0), reach / 3)[..., None]
    # A little of the background's own grain, so that the filled part does not look airbrushed.
    smooth = cv2.GaussianBlur(canvas.rgb, (0, 0), 4)
    grain = np.where(person[..., None] > 0, 0, canvas.rgb - smooth)
    shifted = np.roll(grain, (EXTENDED_PX // 3, EXTENDED_PX // 2), (0, 1))
    return np.clip(canvas.rgb * (1 - soft) + (behind + shifted) * soft, 0, 1).astype(np.float32)
