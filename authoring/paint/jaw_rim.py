"""Where a portrait's jaw ends inside of the fitted one: hair, collar and their soft edge, which are no skin.

weight *= 1 - sample(beyond_jaw(canvas.rgb, face), at)

A fitted outline lies a few pixels beside the portrait's, and a portrait's outline is as soft as the picture is enlarged.
What looks like an outline from the front would be painted on the cheek, and a turned head would have a second jaw there,
behind a dark line. Shade that darkens towards the outline is smooth, and stays.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.portrait.fill import push_pull
from face.easing import smoothstep

Image = NDArray[np.float32]

#: Width of the band inside the outline in which an edge is looked for, extended-canvas pixels; farther in are features.
BAND_PX: Final = 22.0
_BLUR_PX: Final = 2.0  # standard deviation of the blur before edges are looked for
_SLOPE: Final = (0.016, 0.028)  # of an edge, sRGB distance a pixel
_UNLIKE: Final = (0.2, 0.32)  # sRGB distance from the skin farther in, of what lies beyond an edge
_SOFT_PX: Final = 5.0  # of the inner half of the edge
_ALONG_PX: Final = 10  # how far along the outline an edge counts


def beyond_jaw(rgb: Image, face: Image) -> Image:
    """Where the fitted face shows something else than the portrait's.

    Args:
        rgb: (E, E, 3) float32 sRGB 0..1.
        face: (E, E) float32 0..1, 1 in the fitted face, eyes and mouth included.

    Returns:
        (E, E) float32 0..1; 0 farther inside than BAND_PX and the edge's softness.
    """
    area = np.pad((face > 0.5).astype(np.uint8), 1)
    inside = cv2.distanceTransform(area, cv2.DIST_L2, 5)[1:-1, 1:-1]
    trusted = (inside > 1.6 * BAND_PX).astype(np.float32)
    if not trusted.any():
        return np.zeros_like(face)
    skin = cv2.GaussianBlur(push_pull(rgb, trusted), (0, 0), BAND_PX / 2)
    soft = cv2.GaussianBlur(rgb, (0, 0), _BLUR_PX)
    across, down = (cv2.Sobel(soft, cv2.CV_32F, *axis, scale=1 / 8) for axis in ((1, 0), (0, 1)))
    slope = np.sqrt((across**2 + down**2).sum(2))
    other = smoothstep(*_UNLIKE, np.linalg.norm(soft - skin, axis=2)) * ((inside < BAND_PX) & (inside > 0))
    reach = round(2 * _SOFT_PX)
    other = cv2.dilate(other, _disc(reach))
    edge = smoothstep(*_SLOPE, slope) * other * ((inside > 0) & (inside < BAND_PX))
    depth = np.where(edge > 0.5, inside + _SOFT_PX, 0).astype(np.float32)
    depth = cv2.GaussianBlur(cv2.dilate(depth, _disc(_ALONG_PX)), (0, 0), _ALONG_PX / 3)
    return np.asarray(smoothstep(-1.5, 1.5, depth - inside) * (depth > 0.5) * (inside > 0), np.float32)


def _disc(reach: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1)), np.uint8)
