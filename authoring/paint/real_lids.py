"""Shut eyes as they really are, from frames of a clip in which they are shut, in place of painted ones.

picture, used = real_lids(raster, model, neutral, atlas, closing, picture, views)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.paint.atlas import FaceAtlas, atlas_pixels
from authoring.paint.level import levelled
from authoring.paint.lid_picture import LIDS_PX, LidChart, lid_chart
from authoring.paint.raster import Raster
from authoring.paint.view import View
from authoring.portrait.canvas import sample
from authoring.portrait.fill import push_pull
from face.easing import smoothstep
from face.head_model import HeadModel

Floats = NDArray[np.float32]

_HIGH: Final = LIDS_PX // 2
#: Blur that tells tone from detail, pixels.
_TONE: Final = 32.0
#: Difference of brightness, sRGB, from which two pictures show no longer the same skin, and up to which they do.
_OTHER, _SAME = 0.12, 0.05
_LEAST_PX: Final = 1000  # of skin around the eye that the portrait and the frame must both show
#: Mean difference to the portrait's skin around the eye, sRGB, from which a frame is not believed.
_UNLIKE: Final = 0.06
#: Detail of the skin around the eye against the portrait's, below which the frame is too blurred.
_LEAST_SHARP: Final = 0.5
#: Where the lids meet, their skin curls out of sight: a slit so wide is looked over, pixels.
_SLIT: Final = 15
_LUMA: Final = np.array([0.3, 0.59, 0.11], np.float32)


def real_lids(
    raster: Raster,
    model: HeadModel,
    neutral: Floats,
    atlas: FaceAtlas,
    closing: tuple[NDArray[np.int32], Floats],
    picture: Floats,
    views: tuple[Iterable[View], Iterable[View]],
) -> tuple[Floats, tuple[int, int]]:
    """Replace what is painted of each eye that some frame shows shut and sharp.

    Args:
        picture: (LIDS_PX, LIDS_PX, 4) float32, from `lid_picture`.
        views: frames with the subject's left and right eye shut; see `view_of`.
        others: see `lid_picture`.

    Returns:
        The picture, and how many frames each eye is from, 0 or 1.
    """
    chart = lid_chart(model, neutral, closing)
    seen = chart.draw(raster, atlas_pixels(model))
    own = sample(atlas.rgb, seen[..., :2])
    trust = sample(atlas.seen, seen[..., :2]) * (seen[..., 2] > 0)
    made, used = picture.copy(), [0, 0]
    for side in (0, 1):
        rows = slice(side * _HIGH, (side + 1) * _HIGH)
        found = [
            one
            for view in views[side]
            if (one := _shut_eye(raster, chart, view, rows, own[rows], trust[rows], picture[rows]))
            is not None
        ]
        if not found:
            continue
        _, skin, share = max(found, key=lambda one: one[0])
        made[rows, :, :3] += share[..., None] * (skin - made[rows, :, :3])
        used[side] = 1
    return made.astype(np.float32), (used[0], used[1])


def _shut_eye(
    raster: Raster,
    chart: LidChart,
    view: View,
    rows: slice,
    own: Floats,
    trust: Floats,
    painted: Floats,
) -> tuple[float, Floats, Floats] | None:
    """How good a frame is, its levelled skin (H, W, 3) and where it is one (H, W); None: it shows no shut eye."""
    drawn = chart.draw(raster, view.pixels)[rows]
    has_place = (drawn[..., 2] > 0).astype(np.float32)
    at = push_pull(drawn[..., :2], has_place)
    shown = cv2.morphologyEx(has_place, cv2.MORPH_CLOSE, np.ones((_SLIT, _SLIT))) * sample(
        view.canvas.known, at
    )
    shown = cv2.GaussianBlur(cv2.erode(shown, np.ones((9, 9))), (0, 0), 4)
    skin = sample(view.canvas.rgb, at)
    cover = painted[..., 3]
    both = (trust * shown * smoothstep(0.2, 0.0, cover)).astype(np.float32)
    if (both > 0.5).sum() < _LEAST_PX:
        return None
    # exposure first, as a number; then light, without lashes, which lie on other skin in a blink than in the portrait
    own_luma, luma = own @ _LUMA, skin @ _LUMA
    whole = both > 0.5
    skin = skin * np.float32(np.median(own_luma[whole]) / max(float(np.median(luma[whole])), 1e-3))
    alike = both * smoothstep(_OTHER, _SAME, np.abs(skin @ _LUMA - own_luma))
    skin = levelled(skin, own, alike.astype(np.float32), blur_px=_TONE)
    gap = float((both * (np.abs(skin - own) @ _LUMA)).sum() / both.sum())
    sharp = _detail(skin, both) / max(_detail(own, both), 1e-6)
    if gap > _UNLIKE or sharp < _LEAST_SHARP:
        return None
    return min(sharp, 1.0) - 10.0 * gap, skin, shown.astype(np.float32)


def _detail(rgb: Floats, weight: Floats) -> float:
    luma = rgb @ _LUMA
    fine = np.abs(luma - cv2.GaussianBlur(luma, (0, 0), 6))
    return float((fine * weight).sum() / max(float(weight.sum()), 1e-6))
