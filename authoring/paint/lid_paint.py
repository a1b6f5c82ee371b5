"""Skin for shut lids, from the skin around the eye: an open eye's portrait shows lashes, shadow and eyeball where they are.

paint = lid_paint(model, neutral, atlas, (lid_vertices, lid_closing))     # rig.lid_paint
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.paint.atlas import ATLAS_PX, FaceAtlas, atlas_pixels
from authoring.portrait.canvas import sample
from authoring.portrait.fill import push_pull
from face.easing import smoothstep
from face.head_model import HeadModel
from face.normals import vertex_normals
from protocol.blendshapes import INDEX

Floats = NDArray[np.float32]

#: Distances from the lids in the atlas, texels, between which the skin is asked for its colour.
_NEAREST, _FARTHEST = 42, 120
#: Skin around the eye is at least so bright, relative to its own median: brows, lashes and deep shadow are not.
_DARKEST: Final = 0.82
#: Share of a lid's largest movement from which it is painted, and from which it is covered.
_MOVES, _MOVES_MUCH = 0.06, 0.4
#: Around the edges of the lids, model units, all is covered: eyes and lashes are painted there.
_COVERED, _FREE = 0.2, 0.5
#: Brightness of a shut lid where it faces the viewer, and how much less where it turns away: it is round.
SHADE: Final = 0.98
_ROUND: Final = 0.3
#: Brightness of lashes relative to the skin around the eye: the darkest and the lightest.
_LASHES: Final = (0.25, 0.6)
#: Distance from the lids, texels, from which on the portrait's skin shows as it is.
_BORDER: Final = 18
#: Share of what lies just beside a lid in its colour; the rest is clean skin from around the eye.
_BESIDE: Final = 0.15
#: Share of the brighter skin's brightness in a lid's, and how much more colour it has than the skin around it.
_CHEEK, _WARMER = 0.25, 1.1
_LASH_PX: Final = 16  # texels across the upper lid in which lashes are looked for
_LUMA: Final = np.array([0.3, 0.59, 0.11], np.float32)
_TO_VIEWER: Final = np.array([0.0, 0.1, 0.995], np.float32)


def lid_paint(
    model: HeadModel,
    neutral: Floats,
    atlas: FaceAtlas,
    closing: tuple[NDArray[np.int32], Floats],
    *,
    is_drawn: bool = False,
) -> Floats:
    """Compute `HeadRig.lid_paint`; the upper lids' edges, which are never seen, have the colour of the lashes.

    Args:
        neutral: (V, 3) float32, the person's neutral head.
        closing: vertices (2, L) and movements (2, L, 3) of the lids, from `lid_closings`.
        is_drawn: a drawing's lids have flat colours and lines already, and are not painted.

    Returns:
        (V, 4) float32, straight sRGB 0..1 and opacity.
    """
    paint = np.zeros((len(neutral), 4), np.float32)
    if is_drawn:
        return paint
    face = np.unique(model.triangles["face"])
    places = atlas_pixels(model)
    for side, name in enumerate(("eyeBlinkLeft", "eyeBlinkRight")):
        moved = model.expression[INDEX[name]].copy()
        moved[closing[0][side]] += closing[1][side]
        path = np.linalg.norm(moved[face], axis=1)
        edge = np.concatenate([model.lids[side].upper, model.lids[side].lower])
        gap = np.linalg.norm(neutral[face][:, None] - neutral[edge][None], axis=2).min(1)
        cover = np.maximum(
            smoothstep(_MOVES * path.max(), _MOVES_MUCH * path.max(), path), smoothstep(_FREE, _COVERED, gap)
        )
        used = face[cover > 0]
        colour = _skin_around(atlas, places[edge])
        normals = vertex_normals((neutral + moved).astype(np.float32), model.triangles["face"])[used]
        shade = SHADE * (1.0 - _ROUND * (1.0 - normals @ _TO_VIEWER).clip(0.0, 1.0))
        paint[used, :3] = sample(colour, places[used][None])[0] * shade[:, None]
        upper = model.lids[side].upper
        skin = sample(colour, places[upper][None])[0].mean(0)
        paint[upper, :3] = lash_colour(atlas, places[upper])(skin)
        paint[face, 3] = np.maximum(paint[face, 3], cover)
    return np.asarray(paint.clip(0, 1), np.float32)


def _skin_around(atlas: FaceAtlas, edge: Floats) -> Floats:
    """(A, A, 3) the skin around an eye, continued smoothly over it.

    Args:
        edge: (N, 2) of the lids, texels.
    """
    marks = np.ones((ATLAS_PX, ATLAS_PX), np.uint8)
    cv2.fillPoly(marks, [cv2.convexHull(np.round(edge).astype(np.int32))], 0)
    away = cv2.distanceTransform(marks, cv2.DIST_L2, 5)
    around = ((away > _NEAREST) & (away < _FARTHEST)).astype(np.float32) * atlas.seen
    if around.sum() < 100:
        around = ((away > _NEAREST) & (away < _FARTHEST)).astype(np.float32)
    luma = atlas.rgb @ _LUMA
    usual = float(np.median(luma[around > 0.3])) if (around > 0.3).any() else float(np.median(luma))
    bright = smoothstep(_DARKEST * usual, 0.9 * usual, luma)
    clean = push_pull(atlas.rgb, (around * bright).astype(np.float32))
    # what lies beside the paint takes part, also where it is dark, so that the paint's border is hardly seen
    beside = push_pull(atlas.rgb, (smoothstep(_BORDER, 2 * _BORDER, away) * atlas.seen).astype(np.float32))
    filled = cv2.GaussianBlur(clean + _BESIDE * (beside - clean), (0, 0), 8)
    # sockets lie in shadow, and lashes and brows are grey: a lid is a little brighter and warmer than what is around it
    cheek = luma[(around > 0.3) & (luma > usual)]
    own = filled @ _LUMA
    fair = float(np.median(cheek)) if len(cheek) else usual
    lifted = filled * ((1.0 - _CHEEK) + _CHEEK * fair / np.maximum(own, 1e-3))[..., None]
    grey = (lifted @ _LUMA)[..., None]
    return np.asarray(grey + _WARMER * (lifted - grey), np.float32)


def lash_colour(atlas: FaceAtlas, edge: Floats) -> Callable[[Floats], Floats]:
    """What the portrait shows darkest along an upper lid: gives the lashes' colour (3,) on skin of a colour (3,).

    It is within what lashes can be against that skin.

    Args:
        edge: (N, 2) of the upper lid, texels.
    """
    marks = np.zeros((ATLAS_PX, ATLAS_PX), np.uint8)
    cv2.polylines(marks, [np.round(edge).astype(np.int32)], False, 1, _LASH_PX)
    seen = atlas.rgb[marks > 0]
    luma = seen @ _LUMA
    dark = seen[luma <= np.percentile(luma, 25)].mean(0)

    def on(skin: Floats) -> Floats:
        share = float(dark @ _LUMA) / max(float(skin @ _LUMA), 1e-3)
        return np.asarray(dark * (np.clip(share, *_LASHES) / max(share, 1e-3)), np.float32)

    return on
