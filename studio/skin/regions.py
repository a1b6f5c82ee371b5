"""Regions: maps of lips, cheeks, beard, scalp and so on, and noise, for the skin's shader.

Computed once from the mean head, for the texture tiles of face and neck side by side.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.easing import smoothstep
from studio.arrays import Floats, Reals
from studio.noise import fractal_noise, spots, value_noise
from studio.skin.relief import points_in_box, skin_relief

#: Height of the hairline by the angle around the head: angles (0 in front, pi behind; symmetric), heights.
HAIRLINE: Final = (
    (0.0, 0.30, 0.55, 0.72, 0.88, 1.00, 1.10, 1.22, 1.45, 1.70, 1.95, 2.20, 2.60, 3.15),
    (10.9, 11.1, 10.9, 9.6, 7.0, 4.6, 3.6, 4.6, 6.0, 5.2, 1.8, -1.6, -4.2, -4.6),
)
#: Texels at once, so that what is computed on the way stays in the processor's cache.
_BLOCK: Final = 65_536
#: x and z of the vertical axis that the angle is measured around, head space.
CROWN_AXIS: Final = (0.0, -1.0)


def scalp_distance(points: Floats) -> Floats:
    """Approximate distance of points to the hairline.

    Args:
        points: (N, 3) float32, on the mean head.

    Returns:
        (N,) float32, head-model units, positive on the scalp.
    """
    angle = np.abs(np.arctan2(points[:, 0] - CROWN_AXIS[0], points[:, 2] - CROWN_AXIS[1]))
    above = points[:, 1] - np.interp(angle, *HAIRLINE)
    # where the hairline is steep, the distance is smaller than the difference in height
    slope = np.interp(angle, (0.0, 0.5, 0.7, 0.95, 1.15, 1.9, 2.4), (1.0, 0.95, 0.55, 0.4, 0.6, 0.45, 1.0))
    return np.asarray(above * slope, np.float32)


def region_maps(points: Floats, uv: Floats, landmarks_uv: Floats) -> NDArray[np.uint8]:
    """The four RGBA maps that the skin's shader reads.

    Args:
        points: (N, 3) float32, the texels' points on the mean head. uv: (N, 2) texture coordinates over both tiles.
        landmarks_uv: (68, 2) texture coordinates of the Multi-PIE landmarks; 48 to 59 surround the lips.

    Returns:
        (4, N, 4) uint8. Map 0: lips, flush, skin around the eyes, beard. Map 1: scalp, oil, coarse noise, medium noise.
        Map 2: freckles, fine noise, veins, wrinkles. Map 3: moustache, share of the cheeks in the beard, folds (128 =
        none), wrinkles of age.
    """
    maps = np.empty((4, len(points), 4), np.uint8)
    mouth = _rounded(landmarks_uv[48:60])
    for begin in range(0, len(points), _BLOCK):
        block = slice(begin, begin + _BLOCK)
        _draw_block(maps[:, block], points[block], uv[block], mouth)
    return maps


def _draw_block(maps: NDArray[np.uint8], points: Floats, uv: Floats, mouth: Floats) -> None:
    """Fill `region_maps` for some texels, within the mouth's outline (M, 2)."""
    face = uv[:, 0] < 1.0
    mirrored = np.stack([np.abs(points[:, 0]), points[:, 1], points[:, 2]], 1).astype(np.float32)
    in_mouth = _inside(uv, mouth)
    lips = np.where(face, np.clip(0.5 + in_mouth / 0.012, 0, 1), 0.0)

    def near(place: tuple[float, float, float], radius: tuple[float, float, float]) -> Reals:
        away = (mirrored - np.array(place, np.float32)) / np.array(radius, np.float32)
        return np.asarray(np.exp(-np.einsum("nk,nk->n", away, away)))

    cheek = near((4.3, 0.0, 8.8), (2.1, 1.7, 3.0))
    nose = near((0.0, 0.0, 12.8), (1.3, 1.0, 1.8)) + 0.7 * near((1.35, -0.4, 11.3), (0.7, 0.8, 1.2))
    ears = near((8.6, 2.0, 0.5), (1.3, 3.5, 3.0))
    chin = near((0.0, -6.5, 10.8), (1.6, 1.2, 2.0))
    flush = np.clip(0.75 * cheek + 0.7 * nose + 0.5 * ears + 0.25 * chin, 0, 1)
    eyes = near((3.3, 3.4, 9.4), (2.1, 1.15, 2.5))
    moustache, cheeks, beard = _beard(points)
    beard = beard * (1 - np.where(face, np.clip(0.5 + in_mouth / 0.007 + 0.55, 0, 1), 0.0))
    scalp = np.clip(0.5 + scalp_distance(points) / 6.0, 0, 1) * (
        1 - np.clip(2.2 * near((9.2, 1.8, 0.2), (1.5, 3.4, 3.2)), 0, 1)
    )
    oil = np.clip(
        near((0.0, 8.5, 11.0), (3.0, 2.5, 3.0)) + near((0.0, 1.5, 12.6), (1.0, 2.5, 2.0)) + 0.6 * chin, 0, 1
    )
    branching = fractal_noise(points / 1.9, 40, 2)
    veins = 1 - np.abs(2 * branching - 1) * 4
    wrinkles = fractal_noise(np.asarray(points / (2.2, 0.35, 2.2), np.float32), 50, 2)
    folds, lines = skin_relief(points)
    channels = (
        (lips, flush, eyes, beard),
        (scalp, oil, fractal_noise(points / 3.0, 10, 2), fractal_noise(points / 0.8, 20, 2)),
        (spots(points / 0.42, 30), value_noise(points / 0.13, 31), np.clip(veins, 0, 1), wrinkles),
        (moustache, cheeks, np.clip(0.5 + 0.5 * folds, 0, 1), lines),
    )
    for number, four in enumerate(channels):
        for channel, values in enumerate(four):
            maps[number, :, channel] = np.multiply(values, 255, dtype=np.float64) + 0.5


def _beard(points: Floats) -> tuple[Reals, Reals, Reals]:
    """Share of the moustache, share of the cheeks, and density of the beard, (N,) 0..1 each, at points (N, 3)."""
    x, y, z = np.abs(points[:, 0]), points[:, 1], points[:, 2]
    # the jaw and below it; the upper border rises from the mouth's corner to the ear
    border = -4.9 + 0.95 * np.maximum(x - 2.2, 0.0)
    jaw = smoothstep(-13.0, -8.6, y) * (1 - smoothstep(border, border + 2.6, y)) * smoothstep(2.6, 4.6, z)
    jaw *= 1 - 0.55 * smoothstep(4.2, 6.4, x) * smoothstep(-5.5, -1.5, y)  # thinner on the cheeks
    lip = (
        (1 - smoothstep(-1.75, -1.15, y + 0.28 * x))
        * smoothstep(-4.4, -3.3, y)
        * (1 - smoothstep(2.4, 3.7, x))
    )
    lip *= (0.35 + 0.65 * smoothstep(0.05, 0.45, x)) * smoothstep(8.5, 9.5, z)
    # the bare area on either side of the hair under the lower lip
    bare = smoothstep(0.7, 1.3, x) * (1 - smoothstep(1.9, 2.7, x)) * smoothstep(-6.0, -5.4, y)
    side = (
        smoothstep(5.6, 6.8, x)
        * (1 - smoothstep(2.2, 3.8, y))
        * smoothstep(-8.0, -5.0, y)
        * smoothstep(1.6, 3.2, z)
    )
    chin = np.clip(np.maximum(jaw * (1 - 0.35 * bare), 0.8 * side), 0, 1)
    cheek = smoothstep(2.6, 4.2, x) * smoothstep(-9.5, -7.5, y + 0.5 * (x - 3.0))
    cheek = np.maximum(cheek, smoothstep(3.4, 4.6, x))
    return lip, cheek, np.maximum(chin * (1 - 0.85 * smoothstep(8.4, 11.5, -y)), lip)


def _rounded(corners: Floats) -> Floats:
    """Points (8 N, 2) of a closed Catmull-Rom curve through corners (N, 2)."""
    a, b, c, d = (np.roll(corners, shift, 0)[:, None] for shift in (1, 0, -1, -2))
    t = (np.arange(8, dtype=np.float32) / 8)[None, :, None]
    curve = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    return np.asarray(curve.reshape(-1, 2), np.float32)


def _inside(points: Floats, outline: Floats) -> Floats:
    """Signed distance (N,) of points (N, 2) to a closed outline (M, 2), positive inside; -1 far outside."""
    out = np.full(len(points), -1.0, np.float32)
    chosen = points_in_box(np.ascontiguousarray(points.T), outline.min(0) - 0.05, outline.max(0) + 0.05)
    if len(chosen) == 0:
        return out
    p = points[chosen]
    nearest = np.full(len(p), np.inf, np.float32)
    crossings = np.zeros(len(p), bool)
    for a, b in zip(outline, np.roll(outline, -1, 0), strict=True):
        along = np.clip(((p - a) @ (b - a)) / max(float((b - a) @ (b - a)), 1e-12), 0, 1)
        x, y = (p - a - along[:, None] * (b - a)).T
        nearest = np.minimum(nearest, np.sqrt(x * x + y * y))
        if a[1] != b[1]:
            at = a[0] + (p[:, 1] - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
            crossings ^= ((a[1] > p[:, 1]) != (b[1] > p[:, 1])) & (p[:, 0] < at)
    out[chosen] = np.where(crossings, nearest, -nearest)
    return out
