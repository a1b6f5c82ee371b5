"""Paints an avatar's eyes shut: its skin goes on over the lids, with its grain, a crease and their roundness.

picture = lid_picture(raster, model, neutral, atlas, (lid_vertices, lid_closing))     # the role "lids"

The face's texture is laid on the shut head and seen from the front, as `face.lid_places` says. What moves in a blink shows
lashes, shadow and eyeball there, or was stretched from a strip of skin: it is replaced.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, median_filter

from authoring.paint.atlas import FaceAtlas, atlas_pixels
from authoring.paint.lid_paint import lash_colour
from authoring.paint.mirrored_detail import mirrored_detail
from authoring.paint.raster import Raster
from authoring.portrait.canvas import sample
from authoring.portrait.fill import push_pull
from face.easing import smoothstep
from face.head_model import HeadModel
from face.lid_places import lid_places, shut_head

Floats = NDArray[np.float32]

#: Side of the picture, pixels; an eye is half of that wide.
LIDS_PX: Final = 512
_HIGH: Final = LIDS_PX // 2  # of one eye
_EYE: Final = LIDS_PX / 2  # width of an eye, pixels
#: Share of a blink's longest path from which the skin is replaced, and from which it is wholly.
_MOVES, _MOVES_MUCH = 0.04, 0.3
#: Distance from the line where the lids meet, widths of an eye, within which all is replaced, and up to which some.
_COVERED, _FREE = 0.06, 0.16
#: Skin is at least so bright against the clean skin around it to be continued.
_BRIGHT, _BRIGHTER = 0.8, 0.93
#: Share of the way from what lies beside a lid to the fair skin around the eye; how far from the lid's edge that is taken,
#: widths of an eye, and between which shares of darker skin.
_LIFT, _AROUND, _FAIR = 0.45, 0.25, (0.5, 0.8)
#: Share of the fair skin's hue in a lid's.
_HUE: Final = 0.6
#: Distance from the line where the lids meet up to which white of the eye is looked for, widths of an eye; between which
#: shares of colour in the skin it can be told from it.
_WHITE, _COLOURFUL = 0.3, (0.12, 0.2)
#: Pixels that the portrait must show around an eye for its skin to be continued from those alone.
_LEAST_SEEN: Final = 500
#: The picture fades so far before its border, pixels.
_BORDER: Final = 24
#: Strongest detail that is continued, and strongest around it, sRGB.
_GRAIN, _CALM = 0.025, 0.03
_LINE_PX, _LINE = 6.0, 0.85  # half the width of the line of lashes, pixels, and its opacity
_LUMA: Final = np.array([0.3, 0.59, 0.11], np.float32)
#: Light on a lid, shares of its brightness: on its middle; at the lashes; at its corners; in the crease; under the lashes.
_LIT, _LOW, _CORNERS, _CREASE, _BELOW = 0.05, 0.13, 0.10, 0.15, 0.08
#: How much of a shadow each channel takes: light comes out of skin red.
_WARM: Final = np.array([0.85, 1.05, 1.1], np.float32)


class LidChart(NamedTuple):
    """Where the skin of both shut eyes lies in the picture.

    Attributes:
        places: (V, 2) float32, of the vertices, pixels. triangles: (T, 3) int32, those of one eye's half alone.
        depth: (V,) of the shut head, larger is nearer. path: (V,) how far a vertex moves in a blink, 0..1.
    """

    places: Floats
    triangles: NDArray[np.int32]
    depth: Floats
    path: Floats

    def draw(self, raster: Raster, values: Floats) -> Floats:
        """Values of the vertices (V, C) in the picture: (LIDS_PX, LIDS_PX, C + 1), as `Raster.draw` gives them."""
        return raster.draw(self.places, values, self.triangles, LIDS_PX, depth=self.depth)


def lid_chart(model: HeadModel, neutral: Floats, closing: tuple[NDArray[np.int32], Floats]) -> LidChart:
    """Lay the shut eyes out; see `lid_picture`."""
    shut, moved = shut_head(model, neutral, *closing)
    places = lid_places(model, neutral, *closing) * LIDS_PX
    path = np.linalg.norm(moved, axis=2)
    path /= np.maximum(path.max(1, keepdims=True), 1e-6)
    triangles = model.triangles["face"]
    triangles = triangles[(places[triangles, 0] > -0.5 * LIDS_PX).all(1)]
    side_of = places[triangles, 1] > _HIGH
    triangles = triangles[side_of.all(1) | ~side_of.any(1)]
    return LidChart(places, triangles, shut[:, 2], path.max(0))


def lid_picture(
    raster: Raster,
    model: HeadModel,
    neutral: Floats,
    atlas: FaceAtlas,
    closing: tuple[NDArray[np.int32], Floats],
) -> Floats:
    """Paint both shut eyes.

    Args:
        neutral: (V, 3) float32, the person's neutral head.
        atlas: the face's texture.
        closing: vertices (2, L) and movements (2, L, 3) of the lids, from `lid_closings`.

    Returns:
        (LIDS_PX, LIDS_PX, 4) float32 sRGB 0..1, straight alpha: opaque where the lids' skin is replaced.
    """
    chart = lid_chart(model, neutral, closing)
    places = chart.places
    seen = chart.draw(
        raster, np.concatenate([atlas_pixels(model), chart.path[:, None]], 1).astype(np.float32)
    )
    colour = sample(atlas.rgb, seen[..., :2])
    drawn = (seen[..., 3] > 0).astype(np.float32)
    trust = sample(atlas.seen, seen[..., :2]) * drawn
    halves = []
    for side, lids in enumerate(model.lids):
        rows = slice(side * _HIGH, (side + 1) * _HIGH)
        line = places[lids.lower] - (0, side * _HIGH)
        line = line[np.argsort(line[:, 0])]
        shown = _shut_eye(colour[rows], trust[rows], drawn[rows], seen[rows, :, 2], line)
        halves.append(
            _with_lashes(
                shown, lash_colour(atlas, atlas_pixels(model)[lids.upper]), seen[rows, :, 2], line, side
            )
        )
    return np.concatenate(halves).clip(0, 1).astype(np.float32)


def _shut_eye(colour: Floats, trust: Floats, drawn: Floats, path: Floats, line: Floats) -> Floats:
    """(H, W, 4) one shut eye.

    Args:
        colour: (H, W, 3) of the face's texture. trust: (H, W) 0..1, how much of it is the portrait's own.
        drawn: (H, W) 0 or 1, where there is a texture at all.
        path: (H, W) how far each place moves in a blink, 0..1.
        line: (N, 2) pixels, where the lids meet, from left to right.
    """
    rows, columns = np.mgrid[0:_HIGH, 0:LIDS_PX].astype(np.float32)
    meet, top = _edges(path, line)
    left, right = float(line[0, 0]), float(line[-1, 0])
    beyond = np.maximum(np.maximum(left - columns, columns - right), 0)
    above = meet - rows  # pixels over the line
    away = np.hypot(above, beyond) / _EYE
    moves = cv2.GaussianBlur(smoothstep(_MOVES, _MOVES_MUCH, path), (0, 0), 4)
    cover = np.maximum(moves, smoothstep(_FREE, _COVERED, away))
    # skin that goes on: what is bright beside the lids, and shows the portrait
    luma = colour @ _LUMA
    beside = smoothstep(0.3, 0.02, cover)
    if (trust * beside).sum() < _LEAST_SEEN:
        trust = drawn  # an eye that a turned head hides: the texture's made up skin is all there is
    free = (trust * beside).astype(np.float32)
    near = free * smoothstep(0.75, 0.3, away)
    clean = _clean(colour, luma, (near if near.sum() > _LEAST_SEEN else free).astype(np.float32))
    fair = _fair(colour, luma, (free > 0.5) & (away > _AROUND))
    cover = np.maximum(cover, _white(colour, luma, fair) * smoothstep(_WHITE, 0.8 * _WHITE, away))
    known = (trust * smoothstep(0.5, 0.0, cover)).astype(np.float32)
    bright = smoothstep(_BRIGHT, _BRIGHTER, luma / np.maximum(clean @ _LUMA, 1e-3))
    base = cv2.GaussianBlur(push_pull(colour, (known * (0.02 + 0.98 * bright)).astype(np.float32)), (0, 0), 6)
    # sockets and creases are darker than a lid, which bulges into the light
    base += _LIFT * np.maximum(fair - base, 0.0)
    # the shadow beside a lid is that of lashes and brows as well: grey, or of their colour
    bright_as = (base @ _LUMA / max(float(fair @ _LUMA), 1e-3))[..., None] * fair
    base += (_HUE if fair.any() else 0.0) * (bright_as - base)
    # single lines would be repeated as scribbles
    calm = cv2.dilate(np.abs(luma - cv2.GaussianBlur(luma, (0, 0), 5)), np.ones((5, 5), np.uint8)) < _CALM
    grain = mirrored_detail(colour, ((known * bright > 0.9) & calm).astype(np.float32), 5.0).clip(
        -_GRAIN, _GRAIN
    )
    shade = _shade(rows, columns, meet, top, left, right)
    skin = base * (1 - shade[..., None] * _WARM) + grain
    inner = np.minimum.reduce([rows, _HIGH - 1 - rows, columns, LIDS_PX - 1 - columns])
    return np.dstack([skin, cover * smoothstep(2, _BORDER, inner)]).astype(np.float32)


def _with_lashes(
    shown: Floats, lashes: Callable[[Floats], Floats], path: Floats, line: Floats, side: int
) -> Floats:
    """A shut eye (H, W, 4) with the lashes where its lids meet: the wider, the farther out."""
    meet, _ = _edges(path, line)
    rows, columns = np.mgrid[0:_HIGH, 0:LIDS_PX].astype(np.float32)
    outwards = (columns - line[0, 0]) / max(float(np.ptp(line[:, 0])), 1e-3)
    outwards = outwards if side == 0 else 1 - outwards
    wide = _LINE_PX * (0.45 + 0.55 * smoothstep(0.0, 0.7, outwards))
    above = meet - rows
    there = np.exp(-((np.maximum(above - 1, 0) / wide) ** 2))
    # on the upper lid: on the lower one, a line would stay below while the eye is half open
    there *= smoothstep(0.4, 0.7, cv2.GaussianBlur(path, (0, 0), 1.0))
    there *= _LINE * smoothstep(-0.02, 0.15, outwards) * smoothstep(1.08, 0.9, outwards)
    low = int(np.clip(meet.mean(), 30, _HIGH - 1))
    ink = lashes(shown[low - 30 : low - 10, LIDS_PX // 2 - 20 : LIDS_PX // 2 + 20, :3].mean((0, 1)))
    return np.dstack(
        [shown[..., :3] * (1 - there[..., None]) + ink * there[..., None], np.maximum(shown[..., 3], there)]
    )


def _edges(path: Floats, line: Floats) -> tuple[Floats, Floats]:
    """Rows (1, W) where the lids meet, and where the upper lid begins: a parabola through what moves noticeably."""
    x = np.arange(LIDS_PX, dtype=np.float32)
    expected = np.interp(x, line[:, 0], line[:, 1]).astype(np.float32)
    # the upper lid ends where it is seen to, which is no row of the model's vertices
    upper = (path > 0.6) & (np.abs(np.arange(_HIGH)[:, None] - expected) < 0.15 * _EYE)
    ends = np.where(upper.any(0), _HIGH - 1 - upper[::-1].argmax(0), expected)
    meet = gaussian_filter1d(median_filter(ends, 9), 4.0).astype(np.float32)
    moving = (path > 0.25) & (np.arange(_HIGH)[:, None] < meet)
    inside = (x > line[0, 0]) & (x < line[-1, 0]) & moving.any(0)
    first = np.where(inside, moving.argmax(0), meet)
    if inside.sum() < 8:
        return meet[None], meet[None]
    fitted = np.polyval(np.polyfit(x[inside], first[inside], 2), x)
    return meet[None], np.minimum(fitted, meet).astype(np.float32)[None]


def _fair(colour: Floats, luma: Floats, around: NDArray[np.bool_]) -> Floats:
    """(3,) lit skin around an eye; black where hardly any is seen."""
    if np.count_nonzero(around) < _LEAST_SEEN:
        return np.zeros(3, np.float32)
    low, high = np.quantile(luma[around], _FAIR)
    return np.asarray(colour[around & (luma >= low) & (luma <= high)].mean(0), np.float32)


def _clean(colour: Floats, luma: Floats, weight: Floats) -> Floats:
    """(H, W, 3) the brighter half of the skin around the eye, smoothly continued over it."""
    if weight.sum() < 1:
        return np.broadcast_to(colour.mean((0, 1)), colour.shape).astype(np.float32)
    smooth: Floats = cv2.GaussianBlur(push_pull(colour, weight), (0, 0), 24)
    for _ in range(2):
        bright = smoothstep(0.85, 0.97, luma / np.maximum(smooth @ _LUMA, 1e-3))
        smooth = cv2.GaussianBlur(push_pull(colour, weight * (0.02 + 0.98 * bright)), (0, 0), 24)
    return smooth


def _white(colour: Floats, luma: Floats, fair: Floats) -> Floats:
    """(H, W) 0..1 where the texture shows the white of the eye: greyer than the fair skin around, and hardly darker.

    An eye that is larger than the fitted one leaves some around the lids.
    """
    most = float(fair.max())
    if most <= 0:
        return np.zeros_like(luma)
    of_skin = 1 - float(fair.min()) / most
    share = (1 - colour.min(2) / np.maximum(colour.max(2), 1e-3)) / max(of_skin, 1e-3)
    white = smoothstep(0.75, 0.5, share) * smoothstep(0.5, 0.65, luma / float(fair @ _LUMA))
    white = cv2.dilate(
        (white * smoothstep(*_COLOURFUL, np.full_like(luma, of_skin))).astype(np.float32), np.ones((9, 9))
    )
    return np.asarray(cv2.GaussianBlur(white, (0, 0), 3), np.float32)


def _shade(rows: Floats, columns: Floats, meet: Floats, top: Floats, left: float, right: float) -> Floats:
    """(H, W) how much darker the roundness of a lid makes its skin, shares of its brightness; negative: brighter."""
    across = (2 * (columns - left) / max(right - left, 1e-3) - 1).clip(-1.3, 1.3)
    high = np.maximum(meet - top, 1.0)
    down = (rows - top) / high  # 0 in the crease, 1 at the lashes
    on_lid = (
        smoothstep(-0.05, 0.15, down) * smoothstep(1.06, 0.98, down) * smoothstep(1.1, 0.85, np.abs(across))
    )
    round_ = (
        _LOW * smoothstep(0.45, 1.0, down)
        + _CORNERS * across**2
        - _LIT * smoothstep(0.45, 0.0, np.abs(down - 0.4))
    )
    crease = (
        _CREASE
        * np.exp(-(((rows - top) / np.where(rows > top, 6.0, 14.0)) ** 2))
        * smoothstep(0.95, 0.3, np.abs(across))
    )
    below = (
        _BELOW
        * smoothstep(0.2, 0.0, down - 1)
        * smoothstep(-0.02, 0.04, down - 1)
        * smoothstep(1.05, 0.7, np.abs(across))
    )
    return np.asarray(round_ * on_lid + crease + below, np.float32)
