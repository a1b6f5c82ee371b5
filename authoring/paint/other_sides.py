"""Skin that the portrait shows badly, from frames of its clip that show it well.

found = other_sides(raster, model, views, colour, weight, chart, places)
found.rgb, found.share                  # (A, A, 3) and (A, A): 1 where the clip shows it for certain

Every view is laid on the face's texture and levelled to the portrait where both show the same skin. Where they differ there
after that, it shows something else, a hand or moved hair, or its head was not followed well: it counts for less, there and
around. What is left of several views is one colour: of the view that shows a place best, if it is near their median.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.paint.level import levelled
from authoring.paint.raster import Raster
from authoring.paint.view import View
from authoring.paint.visibility import stretch, texel_confidence
from authoring.portrait.canvas import sample
from authoring.portrait.fill import push_pull
from face.easing import smoothstep
from face.head_model import HeadModel
from face.normals import vertex_normals

Image = NDArray[np.float32]

#: Blur that tells tone from detail, shares of the texture's side.
_TONE: Final = 0.025
#: Mean difference to the portrait, sRGB, up to which a view is believed, and from which it is not; over which distance.
_ALIKE, _UNLIKE, _NEAR = 0.035, 0.08, 0.03
#: A view counts if at least this share of what it shows as well as the portrait agrees.
_AGREES: Final = 0.5
#: Distance from the median of the views, sRGB, up to which a colour counts, and beyond which it does not.
_MEDIAN_NEAR, _MEDIAN_FAR = 0.05, 0.12
#: How much more the view that shows a place best counts than others.
_BEST: Final = 6
#: Weight of the portrait's own colour from which nothing else is wanted.
_WHOLE: Final = 0.98
_LUMA: Final = np.array([0.3, 0.59, 0.11], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class OtherSides:
    """What the views show, A = side of the texture.

    Attributes:
        rgb: (A, A, 3) float32 sRGB 0..1. share: (A, A) float32 0..1, how certain it is; 0 where the portrait is enough.
        used: number of views that took part.
    """

    rgb: Image
    share: Image
    used: int


def other_sides(
    raster: Raster,
    model: HeadModel,
    views: Iterable[View],
    colour: Image,
    weight: Image,
    allowed: Image,
    places: Image,
) -> OtherSides:
    """Blend the views.

    Args:
        colour: (A, A, 3) float32, the portrait on the texture. weight: (A, A) 0..1, how well it shows each texel.
        allowed: (A, A) 0..1, where the skin may come from views. places: (V, 2) of the vertices, texels.
    """
    wanted = (allowed > 0.01) & (weight < _WHOLE)
    rgbs, shares = [], []
    used = 0
    for view in views:
        rgb, share = _on_texture(raster, model, view, places, len(weight))
        believed = _believed(rgb, share, colour, weight)
        if believed is None:
            continue
        even, trust = believed
        share = share * trust * allowed
        used += bool((share[wanted] > 0.5).mean() > 0.002)
        rgbs.append(even[wanted])
        shares.append(share[wanted])
    made, certain = np.zeros_like(colour), np.zeros_like(weight)
    if rgbs:
        made[wanted], certain[wanted] = _best(np.stack(rgbs), np.stack(shares))
    certain = np.minimum(certain, cv2.GaussianBlur(certain, (0, 0), 0.004 * len(weight)) * 1.25)
    return OtherSides(made, np.clip(certain, 0, 1).astype(np.float32), used)


def _on_texture(
    raster: Raster, model: HeadModel, view: View, places: Image, side: int
) -> tuple[Image, Image]:
    """A view's colours (A, A, 3), and how well it shows each texel (A, A)."""
    triangles = model.triangles["face"]
    normals = vertex_normals(view.rest, np.concatenate(list(model.triangles.values())))
    positions = raster.draw(places, view.rest, triangles, side)
    normal_of = raster.draw(places, normals, triangles, side)[..., :3]
    at = raster.draw(places, view.pixels, triangles, side)[..., :2]
    share = texel_confidence(raster, view.fit, view.rest, triangles, positions, normal_of, at)
    share *= sample(cv2.erode(view.skin, np.ones((9, 9), np.uint8)), at) * (positions[..., 3] > 0)
    toward = -positions[..., :3]
    facing = (toward * normal_of).sum(2) / np.maximum(np.linalg.norm(toward, axis=2), 1e-6)
    share *= smoothstep(0.25, 0.6, facing)
    return sample(view.canvas.rgb, at), np.asarray(share * np.clip(stretch(at), 0.2, 1.0), np.float32)


def _believed(rgb: Image, share: Image, colour: Image, weight: Image) -> tuple[Image, Image] | None:
    """The view levelled to the portrait, and how far it is believed (A, A); None: it differs where both show the same."""
    both = (smoothstep(0.3, 0.7, share) * smoothstep(0.6, 0.95, weight)).astype(np.float32)
    if both.mean() < 0.01:
        return None
    side = len(weight)
    even = levelled(rgb, colour, both, blur_px=_TONE * side)
    gap = np.abs(even - colour) @ _LUMA
    if float(both[gap < _UNLIKE].sum()) < _AGREES * float(both.sum()):
        return None
    near = _NEAR * side
    mean = cv2.GaussianBlur(gap * both, (0, 0), near) / np.maximum(cv2.GaussianBlur(both, (0, 0), near), 1e-4)
    around = push_pull(mean[..., None].astype(np.float32), both)[..., 0]
    return even, smoothstep(_UNLIKE, _ALIKE, around)


def _best(rgbs: Image, shares: Image) -> tuple[Image, Image]:
    """Colours (P, 3) and certainty (P,) of P texels in N views, (N, P, 3) and (N, P)."""
    known = shares > 0.15
    some = np.where(known[..., None], rgbs, np.nan)
    empty = ~known.any(0)
    some[:, empty] = 0.0
    median = np.nanmedian(some, axis=0)
    gap = np.abs(rgbs - median) @ _LUMA
    trust = shares * smoothstep(_MEDIAN_FAR, _MEDIAN_NEAR, gap)
    count = (trust / np.maximum(trust.max(0), 1e-6)) ** _BEST * trust
    total = count.sum(0)
    mixed = (rgbs * count[..., None]).sum(0) / np.maximum(total, 1e-6)[:, None]
    certain = smoothstep(0.15, 0.5, trust.max(0)) * ~empty
    return mixed.astype(np.float32), certain.astype(np.float32)
