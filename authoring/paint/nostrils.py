"""Nostrils: as dark as the portrait shows them, and soft at their rims.

inside, shade = nostrils(model, canvas, fit, vertices, visibility, light)
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.fit.head_fit import HeadFit
from authoring.portrait.canvas import Canvas, extended_pixels
from face.easing import smoothstep
from face.head_model import HeadModel

Image = NDArray[np.float32]

#: Light from the front at which a texel lies deep in a nostril, and at which it does not.
_DEEP, _LIT = 0.08, 0.3
#: Width of a nostril's soft rim, texels.
_SOFT: Final = 4.0
#: Share of the portrait's pixels at the nostrils that are their darkest part.
_DARKEST: Final = 0.15
_LUMA: Final = np.array([0.3, 0.59, 0.11], np.float32)


def nostrils(
    model: HeadModel, canvas: Canvas, fit: HeadFit, vertices: Image, visibility: Image, light: Image
) -> tuple[Image, Image]:
    """What of a face's texture is a nostril's inside, which no portrait shows, and its colour.

    Args:
        vertices: (V, 3) float32, the head as in the portrait, head space.
        visibility: (V,) from `ambient_visibility`. light: (A, A) of each texel.

    Returns:
        (A, A) float32 opacity, and (3,) the portrait's colour where its nostrils are darkest.
    """
    side = len(light)
    lips = np.concatenate([model.lips.upper, model.lips.lower])
    deep = np.zeros(len(vertices), bool)
    deep[np.unique(model.triangles["face"])] = True
    deep &= (visibility < _DEEP) & (vertices[:, 1] > vertices[lips, 1].max())
    # between the eyes and the lips, and no wider than the lips: not the corners of the eyes, nor skin before the ears
    deep &= vertices[:, 1] < vertices[np.concatenate([one.lower for one in model.lids]), 1].min()
    deep &= np.abs(vertices[:, 0] - vertices[lips, 0].mean()) < np.ptp(vertices[lips, 0]) / 2
    inside = np.zeros((side, side), np.float32)
    if not deep.any():
        return inside, np.zeros(3, np.float32)
    holes = np.stack([model.uv[deep, 0], 1 - model.uv[deep, 1]], 1) * side
    near = np.zeros((side, side), np.uint8)
    for x, y in np.round(holes).astype(int):
        cv2.circle(near, (x, y), 12, 1, -1)
    inside = cv2.GaussianBlur((smoothstep(_LIT, _DEEP, light) * near).astype(np.float32), (0, 0), _SOFT)
    pixels = np.round(extended_pixels(fit.to_picture(fit.to_rest(vertices[deep])))).astype(np.int32)
    shown = np.zeros(canvas.rgb.shape[:2], np.uint8)
    for x, y in pixels:
        cv2.circle(shown, (int(x), int(y)), 5, 1, -1)
    colours = canvas.rgb[shown > 0]
    if not len(colours):  # the nose lies outside of the picture
        return np.zeros_like(inside), np.zeros(3, np.float32)
    order = (colours @ _LUMA).argsort()[: max(1, int(_DARKEST * len(colours)))]
    return inside, colours[order].mean(0).astype(np.float32)
