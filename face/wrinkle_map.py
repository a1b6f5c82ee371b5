"""Where skin folds: the lines of forehead, glabella, crow's feet, nasolabial folds and chin on the face's atlas.

    relief = wrinkle_relief(1024)               # height of the folded skin
    weights = region_weights(model.uv)          # which region a vertex belongs to

Lines are drawn in atlas coordinates, so that they lie on the same skin of every avatar. Both sides differ a little, as on
real faces, by fixed numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: Rows of every array by region; left is the subject's.
REGIONS: Final = (
    "forehead_left", "forehead_right", "glabella", "crow_left", "crow_right", "nasolabial_left", "nasolabial_right",
    "chin",
)  # fmt: skip
#: Angular frequency along a line at which its depth varies, of a length of the atlas's side.
_UNEVEN: Final = 50.0


@dataclass(frozen=True, slots=True)
class Line:
    """One fold.

    Attributes:
        points: (N, 2) atlas coordinates along it. width: of the furrow. depth: 1 = a usual one.
        begin, end: shares of its length over which it fades in and out.
        ledge: 0 = a furrow between two bulges; +-1 = one bulge, on the left (+) or the right of the way along it, that
            falls to the other side like a step.
    """

    points: Floats
    width: float
    depth: float
    begin: float = 0.3
    end: float = 0.3
    ledge: float = 0.0


def _curve(
    points: list[tuple[float, float]], wave: float = 0.0, phase: float = 0.0, count: int = 48
) -> Floats:
    """A quadratic or straight curve through control points, with a small wave across it."""
    control = np.array(points, np.float64)
    at = np.linspace(0.0, 1.0, count)[:, None]
    if len(control) == 2:
        curve = (1 - at) * control[0] + at * control[1]
    elif len(control) == 3:
        curve = (1 - at) ** 2 * control[0] + 2 * at * (1 - at) * control[1] + at**2 * control[2]
    else:
        curve = (
            (1 - at) ** 3 * control[0]
            + 3 * at * (1 - at) ** 2 * control[1]
            + 3 * at**2 * (1 - at) * control[2]
            + at**3 * control[3]
        )
    tangent = np.gradient(curve, axis=0)
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], 1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    waved = np.sin(at * 17.0 + phase) + 0.6 * np.sin(at * 41.0 + 2.0 * phase)
    return np.asarray(curve + wave * waved * normal, np.float32)


def _lines() -> list[Line]:
    """All folds; the subject's left has the larger u."""
    lines = [
        # forehead: wavy lines that dip in the middle, none like the other
        Line(
            _curve([(0.29, 0.864), (0.42, 0.890), (0.54, 0.878), (0.62, 0.866)], 0.0014, 0.3),
            0.0070,
            0.55,
            0.4,
            0.5,
        ),
        Line(
            _curve([(0.27, 0.896), (0.42, 0.921), (0.58, 0.902), (0.74, 0.905)], 0.0017, 1.7),
            0.0080,
            1.0,
            0.3,
            0.35,
        ),
        Line(_curve([(0.55, 0.873), (0.64, 0.881), (0.74, 0.872)], 0.0012, 3.1), 0.0066, 0.6, 0.5, 0.4),
        Line(
            _curve([(0.35, 0.938), (0.46, 0.947), (0.55, 0.934), (0.70, 0.940)], 0.0016, 4.0),
            0.0072,
            0.55,
            0.4,
            0.5,
        ),
        # glabella: two upright lines between the brows, the left one longer
        Line(_curve([(0.470, 0.768), (0.463, 0.815), (0.459, 0.868)]), 0.0095, 1.6, 0.3, 0.45),
        Line(_curve([(0.532, 0.764), (0.537, 0.815), (0.541, 0.876)]), 0.0095, 1.9, 0.3, 0.45),
        # chin: below the lower lip
        Line(_curve([(0.405, 0.225), (0.5, 0.255), (0.595, 0.227)], 0.0008, 1.0), 0.0150, 0.9, 0.45, 0.45),
    ]
    for sign, phase, vary in ((-1.0, 0.0, 0.0), (1.0, 2.0, 0.006)):

        def at(u: float, v: float, sign: float = sign) -> tuple[float, float]:
            return (0.5 + sign * u, v)

        lines += [
            # crow's feet: from the outer corner of the eye
            Line(
                _curve([at(0.232, 0.756 + vary), at(0.265, 0.770), at(0.300, 0.796)], 0.0006, phase),
                0.0050,
                0.9,
                0.4,
                0.6,
            ),
            Line(
                _curve([at(0.238, 0.738), at(0.275, 0.742 + vary), at(0.312, 0.752)], 0.0006, phase),
                0.0052,
                1.3,
                0.4,
                0.6,
            ),
            Line(
                _curve([at(0.232, 0.722), at(0.268, 0.709), at(0.302, 0.696 + vary)], 0.0006, phase),
                0.0052,
                1.2,
                0.4,
                0.6,
            ),
            # nasolabial: from the wing of the nose past the corner of the mouth; the cheek lies over it like a step
            Line(
                _curve(
                    [at(0.086, 0.572), at(0.146, 0.540), at(0.184, 0.460), at(0.180, 0.345)], 0.0008, phase
                ),
                0.0210,
                1.7,
                0.35,
                0.55,
                sign,
            ),
        ]
    return lines


def wrinkle_relief(side: int) -> Floats:
    """Height of skin that is fully folded everywhere.

    Args:
        side: of the square map, pixels.

    Returns:
        (side, side) float32, rows from v = 0 up; -1 at the bottom of the deepest furrow, 0 on smooth skin, positive on the
        skin that bulges beside a furrow. In widths of a furrow, so that slopes are alike at every width.
    """
    height = np.zeros((side, side), np.float32)
    for line in _lines():
        reach = 7.0 * line.width
        low = np.maximum(((line.points.min(0) - reach) * side).astype(int), 0)
        high = np.minimum(((line.points.max(0) + reach) * side).astype(int) + 1, side)
        u: Floats = ((np.arange(low[0], high[0]) + 0.5) / side).astype(np.float32)
        v: Floats = ((np.arange(low[1], high[1]) + 0.5) / side).astype(np.float32)
        away, along = _nearest(u, v, line.points)
        length = float(np.linalg.norm(np.diff(line.points, axis=0), axis=1).sum())
        fade = np.clip(along / line.begin, 0, 1) * np.clip((1 - along) / line.end, 0, 1)
        fade = (
            line.depth
            * fade
            * fade
            * (3 - 2 * fade)
            * (0.85 + 0.15 * np.sin(_UNEVEN * length * along + 9.0 * line.depth))
        )
        across = away / line.width
        if line.ledge:
            across *= line.ledge
            furrow = 0.9 * np.exp(-(((across - 1.5) / np.where(across > 1.5, 2.6, 1.1)) ** 2)) - 0.5 * np.exp(
                -((across / 1.2) ** 2)
            )
        else:
            furrow = -np.exp(-(across**2)) + 0.45 * np.exp(-(((np.abs(across) - 2.0) / 1.2) ** 2))
        height[low[1] : high[1], low[0] : high[0]] += fade * furrow
    return height


def _nearest(u: Floats, v: Floats, points: Floats) -> tuple[Floats, Floats]:
    """Distance (len(v), len(u)) to a polyline, positive on its left, and the share of its length at the nearest place."""
    squared = np.full((len(v), len(u)), np.inf, np.float32)
    along, sign = np.zeros_like(squared), np.ones_like(squared)
    count = len(points) - 1
    for number in range(count):
        begin, step = points[number], points[number + 1] - points[number]
        du, dv = u[None, :] - begin[0], v[:, None] - begin[1]
        share = np.clip((du * step[0] + dv * step[1]) / float(step @ step), 0.0, 1.0)
        away = (du - share * step[0]) ** 2 + (dv - share * step[1]) ** 2
        closer = away < squared
        squared[closer] = away[closer]
        along[closer] = ((number + share) / count)[closer]
        sign[closer] = np.where(step[0] * dv - step[1] * du >= 0, 1.0, -1.0)[closer]
    return np.sqrt(squared) * sign, along


_FOREHEADS: Final = [REGIONS.index("forehead_left"), REGIONS.index("forehead_right")]
_GLABELLA: Final = REGIONS.index("glabella")
#: Region -> centre and radii of its ellipse on the atlas; beyond 1 it has no weight.
_ELLIPSES: Final = {
    "forehead_left": (0.63, 0.900, 0.26, 0.085), "forehead_right": (0.37, 0.900, 0.26, 0.085),
    "glabella": (0.50, 0.820, 0.080, 0.056),
    "crow_left": (0.775, 0.742, 0.085, 0.085), "crow_right": (0.225, 0.742, 0.085, 0.085),
    "nasolabial_left": (0.650, 0.460, 0.105, 0.160), "nasolabial_right": (0.350, 0.460, 0.105, 0.160),
    "chin": (0.50, 0.235, 0.13, 0.055),
}  # fmt: skip


def region_weights(uv: Floats) -> Floats:
    """How far each vertex belongs to each region.

    Args:
        uv: (V, 2) float32 atlas coordinates.

    Returns:
        (V, len(REGIONS)) float32, 0..1. Left and right forehead add up to one in the middle.
    """
    weights = np.zeros((len(uv), len(REGIONS)), np.float32)
    for row, name in enumerate(REGIONS):
        u, v, across, up = _ELLIPSES[name]
        away = np.hypot((uv[:, 0] - u) / across, (uv[:, 1] - v) / up)
        weights[:, row] = np.clip((1.0 - away) / 0.35, 0.0, 1.0)
        if name.startswith("forehead"):
            away = np.abs(uv[:, 1] - v) / up
            side = 1.0 if name.endswith("left") else -1.0
            half = np.clip(0.5 + side * (uv[:, 0] - 0.5) / 0.12, 0.0, 1.0)
            outer = np.clip((0.30 - np.abs(uv[:, 0] - 0.5)) / 0.06, 0.0, 1.0)
            weights[:, row] = np.clip((1.0 - away) / 0.25, 0.0, 1.0) * half * outer
    # Raised brows must not draw the lines between the brows.
    weights[:, _FOREHEADS] *= 1.0 - weights[:, _GLABELLA, None]
    return weights
