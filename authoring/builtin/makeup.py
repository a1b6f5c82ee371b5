"""A drawn avatar's makeup as masks: brows of single strokes, lashes, lids, lips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.builtin.design import MakeupDesign
from authoring.builtin.head import BuiltinHead
from authoring.builtin.surface import pixels_of
from authoring.portrait.canvas import EXTENDED_PX
from face.landmarks import load_landmarks

Floats = NDArray[np.float32]

_LIPS_OUTER: Final = (
    61,
    185,
    40,
    39,
    37,
    0,
    267,
    269,
    270,
    409,
    291,
    375,
    321,
    405,
    314,
    17,
    84,
    181,
    91,
    146,
)
#: Lower and upper edge of the subject's left brow, then the right one, from the temple inwards.
_BROWS: Final = (
    ((276, 283, 282, 295, 285), (300, 293, 334, 296, 336)),
    ((46, 53, 52, 65, 55), (70, 63, 105, 66, 107)),
)
_SHIFT: Final = 6  # fractional bits of OpenCV's coordinates


@dataclass(frozen=True, slots=True, eq=False)
class Makeup:
    """Masks (S, S) float32 0..1 in the supersampled picture.

    Attributes:
        brows: the hairs of the brows.
        lashes: the lashes and the line along the lids.
        crease: the fold above the upper lid.
        waterline: the moist rim of the lower lid.
        lips: the red of the lips.
        mouth_line: the line between the lips.
        lip_gloss: the highlight on the lower lip.
    """

    brows: Floats
    lashes: Floats
    crease: Floats
    waterline: Floats
    lips: Floats
    mouth_line: Floats
    lip_gloss: Floats


class _Mask:
    """A mask on which polygons and strokes are drawn; coordinates are its pixels."""

    def __init__(self, scale: int) -> None:
        self.scale = scale
        self.values = np.zeros((EXTENDED_PX * scale, EXTENDED_PX * scale), np.uint8)

    def polygon(self, outline: Floats, value: int = 255) -> None:
        """Fill a polygon (N, 2)."""
        points = np.round((outline - 0.5) * (1 << _SHIFT)).astype(np.int32)
        cv2.fillPoly(self.values, [points], value, cv2.LINE_AA, _SHIFT)

    def stroke(self, path: Floats, width: Floats, value: int = 255) -> None:
        """Draw a stroke along a path (N, 2) with half widths (N,)."""
        along = np.gradient(path, axis=0)
        along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
        side = np.stack([-along[:, 1], along[:, 0]], 1) * width[:, None]
        self.polygon(np.concatenate([path + side, (path - side)[::-1]]), value)

    def smudge(self, centre: Floats, half: float) -> None:
        """Fill an ellipse half as high as wide about a centre (2,)."""
        turn = np.linspace(0, 2 * np.pi, 60, dtype=np.float32)
        self.polygon(centre + np.stack([1.9 * half * np.cos(turn), half * np.sin(turn)], 1))

    def blurred(self, blur: float) -> Floats:
        """The mask (S, S) float32 0..1, blurred with a standard deviation in canvas pixels."""
        mask = self.values.astype(np.float32) / 255
        return np.asarray(cv2.GaussianBlur(mask, (0, 0), blur * self.scale), np.float32)


def paint_makeup(head: BuiltinHead, scale: int, eyes: tuple[NDArray[np.bool_], NDArray[np.bool_]]) -> Makeup:
    """Paint all masks at the places of the head's lids, lips and brows.

    Args:
        scale: supersampling.
        eyes: (S, S) True where each eyeball is visible; subject's left first.
    """
    points = pixels_of(head, load_landmarks().of(head.vertices), scale)
    design = head.design.makeup
    lashes, crease, waterline = _Mask(scale), _Mask(scale), _Mask(scale)
    for side in (0, 1):
        _paint_lids(design, eyes[side], side, scale, lashes, crease, waterline)
    lips, line, highlight = _paint_lips(head, points, scale)
    return Makeup(
        brows=_paint_brows(design, points, scale),
        lashes=lashes.blurred(0.45),
        crease=crease.blurred(1.3),
        waterline=waterline.blurred(0.8),
        lips=lips,
        mouth_line=line,
        lip_gloss=highlight,
    )


def no_makeup(scale: int) -> Makeup:
    """Makeup whose masks are all 0."""
    none = np.zeros((EXTENDED_PX * scale, EXTENDED_PX * scale), np.float32)
    return Makeup(none, none, none, none, none, none, none)


def resampled(path: Floats, count: int) -> Floats:
    """Resample a polyline (N, 2) to (count, 2) float32 at even distances, with smoothed corners."""
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    at = np.linspace(0, length[-1], count)
    even = np.stack([np.interp(at, length, path[:, k]) for k in range(2)], 1)
    kernel = np.hanning(max(5, count // 8) | 1)
    kernel /= kernel.sum()
    pad = len(kernel) // 2
    # Point reflection at both ends keeps the ends in place.
    whole = np.concatenate([2 * even[0] - even[pad:0:-1], even, 2 * even[-1] - even[-2 : -2 - pad : -1]])
    return np.stack([np.convolve(whole[:, k], kernel, "valid") for k in range(2)], 1).astype(np.float32)


def _lid_edges(seen: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Upper and lower edge (80, 2) of the visible part (S, S) of an eye, from left to right, pixels."""
    columns = np.flatnonzero(seen.sum(0) > 1)
    part = seen[:, columns[0] : columns[-1] + 1]
    x = np.arange(columns[0], columns[-1] + 1) + 0.5
    top = part.argmax(0).astype(np.float64)
    bottom = part.shape[0] - part[::-1].argmax(0).astype(np.float64)
    return (
        resampled(np.stack([x, top], 1).astype(np.float32), 80),
        resampled(np.stack([x, bottom], 1).astype(np.float32), 80),
    )


def _paint_lids(
    design: MakeupDesign,
    seen: NDArray[np.bool_],
    side: int,
    scale: int,
    lashes: _Mask,
    crease: _Mask,
    water: _Mask,
) -> None:
    upper, lower = _lid_edges(seen)
    if side == 1:  # from the inner to the outer corner, like the left eye
        upper, lower = upper[::-1], lower[::-1]
    outward = 1.0 if side == 0 else -1.0
    t = np.linspace(0, 1, 80, dtype=np.float32)
    s = float(scale)
    # 1. The band of lashes: thin at the nose, heavy towards the temple, with a wing.
    wing_t = np.linspace(0, 1, 16, dtype=np.float32)[1:, None]
    wing = (
        upper[-1]
        + wing_t * np.array([outward * design.wing_px[0], -design.wing_px[1]], np.float32) * s
        + wing_t**2 * np.array([0, -4], np.float32) * s
    )
    path = resampled(np.concatenate([upper, wing]).astype(np.float32), 110)
    u = np.linspace(0, 1, 110, dtype=np.float32)
    width = (
        (design.lash_px[0] + design.lash_px[1] * np.clip(u / 0.75, 0, 1) ** 1.3)
        * np.clip((1 - u) / 0.22, 0.05, 1)
        * s
    )
    lashes.stroke(path - np.array([0, 1.0], np.float32) * width[:, None], width)
    # 2. A few single lashes.
    for at in (0.50, 0.62, 0.73, 0.83, 0.92)[: design.lash_count]:
        root = path[int(at * 109)]
        reach = (8 + 9 * at) * s
        k = np.linspace(0, 1, 12, dtype=np.float32)
        tip = np.array([outward * (0.15 + 0.75 * at), -0.75], np.float32) * reach
        bend = np.array([outward * 0.18, 0.12], np.float32) * reach
        lash = root + k[:, None] * tip + (np.sin(np.pi * k)[:, None] * bend)
        lashes.stroke(lash.astype(np.float32), (1.5 * (1 - k**1.4) + 0.1) * s)
    # 3. The fold parallel to the upper lid.
    gap = (6.0 + 13.0 * np.sin(np.pi * np.clip(t * 0.92 + 0.06, 0, 1)) ** 0.8) * s
    fold = upper - np.stack([-outward * 0.06 * gap, gap], 1)
    crease.stroke(
        resampled(fold[8:].astype(np.float32), 70),
        (0.7 * np.sin(np.pi * np.linspace(0.1, 1, 70)) + 0.15).astype(np.float32) * 1.8 * s,
    )
    # 4. Lower lid: a light rim and a faint line towards the temple.
    water.stroke(lower + np.array([0, 0.3 * s], np.float32), np.full(80, 1.1 * s, np.float32))
    low = lower[34:] + np.array([0, 1.6 * s], np.float32)
    lashes.stroke(
        low, (np.linspace(0.15, 1.0, len(low)) * 0.95 * s).astype(np.float32), round(255 * design.lower)
    )


def _paint_brows(design: MakeupDesign, points: Floats, scale: int) -> Floats:
    mask = _Mask(scale)
    rng = np.random.default_rng(7)
    for side, (lower, upper) in enumerate(_BROWS):
        middle = (points[list(lower)] * 0.5 + points[list(upper)] * 0.5)[::-1]  # from the nose to the temple
        outward = 1.0 if side == 0 else -1.0
        middle = middle + np.array([0, -design.brow_lift_px * scale], np.float32)
        middle[:2, 1] -= np.array(design.brow_inner_px, np.float32) * scale  # open at the nose
        if design.brow == "smudge":
            aside = np.array([outward * design.brow_aside_px * scale, 0], np.float32)
            mask.smudge(middle.mean(0) + aside, design.brow_half_px * scale)
            continue
        path = resampled(middle, 90)
        along = np.gradient(path, axis=0)
        along /= np.linalg.norm(along, axis=1, keepdims=True)
        normal = np.stack([along[:, 1], -along[:, 0]], 1) * outward  # upwards
        t = np.linspace(0, 1, 90, dtype=np.float32)
        body = (
            design.brow_half_px * np.clip(t / 0.12, 0.55, 1) * np.clip((1 - t) / 0.62, 0, 1) ** 0.75 + 0.4
        ) * scale
        mask.stroke(path, (body * 0.85).astype(np.float32), 205)
        for _ in range(200):
            at = int(rng.uniform(0, 0.97) * 89)
            off = rng.uniform(-0.95, 0.75)
            root = path[at] + normal[at] * off * body[at]
            # Upright at the nose, flat towards the temple.
            lean = 0.25 + 0.9 * t[at] + 0.35 * max(off, 0)
            way = along[at] * lean + normal[at] * (0.85 - 0.95 * t[at]) * (1.0 if off < 0.3 else 0.25)
            way /= np.linalg.norm(way)
            length = rng.uniform(6, 10) * scale * (1 - 0.35 * t[at])
            k = np.linspace(0, 1, 7, dtype=np.float32)
            bend = along[at] * 0.25 * length
            stroke = root + k[:, None] * way * length + (k**2)[:, None] * bend
            mask.stroke(
                stroke.astype(np.float32),
                ((0.75 * (1 - k) + 0.12) * scale).astype(np.float32),
                int(rng.uniform(150, 255)),
            )
    if design.brow == "smudge":
        return mask.blurred(0.55 * design.brow_half_px)
    return np.asarray(np.clip(mask.blurred(0.5) * 1.05, 0, 1), np.float32)


def _paint_lips(head: BuiltinHead, points: Floats, scale: int) -> tuple[Floats, Floats, Floats]:
    red, line, highlight = _Mask(scale), _Mask(scale), _Mask(scale)
    outline = points[list(_LIPS_OUTER)]
    closed = np.concatenate([outline, outline[:1]])
    smooth = np.concatenate([resampled(closed[:11], 60), resampled(closed[10:], 60)])
    if head.design.makeup.lip_width != 1.0:
        smooth[:, 0] = (
            smooth[:, 0].mean() + (smooth[:, 0] - smooth[:, 0].mean()) * head.design.makeup.lip_width
        )
    red.polygon(smooth)
    seam = resampled(pixels_of(head, head.vertices[head.model.lips.upper], scale), 80)
    seam_low = resampled(pixels_of(head, head.vertices[head.model.lips.lower], scale), 80)
    middle = ((seam + seam_low) / 2).astype(np.float32)
    t = np.linspace(0, 1, 80)
    line.stroke(middle, ((0.5 + 0.9 * np.sin(np.pi * t) ** 0.6) * scale).astype(np.float32))
    for end, way in ((middle[0], -1.0), (middle[-1], 1.0)):
        k = np.linspace(0, 1, 12, dtype=np.float32)[:, None]
        corner = end + k * np.array([way * 5.0, -2.2], np.float32) * scale
        line.stroke(corner.astype(np.float32), ((1.1 * (1 - k[:, 0]) + 0.1) * scale).astype(np.float32))
    drop = points[17][1] - points[14][1]
    low = middle[24:58] + np.array([-2.0 * scale, 0.36 * drop], np.float32)
    bow = np.sin(np.linspace(0, np.pi, len(low)))
    highlight.stroke(low.astype(np.float32), (bow * 0.10 * drop + 0.1).astype(np.float32))
    return red.blurred(2.2), line.blurred(0.7), highlight.blurred(2.0)
