"""Beards: hair strokes painted into the skin's texture, in five cuts, or as stubble.

roots = beard_roots(points, uv, maps)                     # once: where hairs can grow
strokes = beard_strokes(roots, look, fine=True)           # (N, 4, 5), as `brows.brow_strokes`
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from studio.arrays import Floats, Reals
from studio.look import Look
from studio.noise import value_noise
from studio.seeds import random_of
from studio.skin.brows import stroke_quads

#: Number of roots.
_ROOTS: Final = 9000


@dataclass(frozen=True, slots=True, eq=False)
class BeardRoots:
    """Roots of N hairs of a beard.

    Attributes:
        uv: (N, 2) texture coordinates. points: (N, 3) on the mean head.
        density: (N,) density of the beard there, 0..1.
        moustache, cheek: (N,) share that belongs to the moustache and to the cheeks, 0..1.
        patches: (N,) smooth noise, 0..1, for uneven density.
    """

    uv: Floats
    points: Floats
    density: Floats
    moustache: Floats
    cheek: Floats
    patches: Floats


def beard_roots(points: Floats, uv: Floats, maps: Reals) -> BeardRoots:
    """Choose random texels as roots, with the density of the beard as probability.

    Args:
        points: (M, 3) float32, the texels' points on the mean head. uv: (M, 2) float32, their texture coordinates.
        maps: (M, 3) density, moustache, cheek, 0..1.
    """
    random = random_of("beard places")
    density = maps[:, 0] * (uv[:, 0] < 1.0)
    total = np.cumsum(density)
    chosen = (
        np.searchsorted(total, random.uniform(0.0, total[-1], _ROOTS)) if total[-1] > 0 else np.zeros(0, int)
    )
    jitter = random.uniform(-0.5, 0.5, (len(chosen), 2)) / 512
    return BeardRoots(
        uv=np.asarray(uv[chosen] + jitter, np.float32),
        points=points[chosen],
        density=np.asarray(density[chosen], np.float32),
        moustache=np.asarray(maps[chosen, 1], np.float32),
        cheek=np.asarray(maps[chosen, 2], np.float32),
        patches=value_noise(points[chosen] / 0.7, 60),
    )


def beard_strokes(roots: BeardRoots, look: Look, *, fine: bool) -> Reals:
    """Strokes of a look's beard and stubble.

    Args:
        fine: draw stubble as single hairs; without it, only a grown beard has strokes.

    Returns:
        (N, 4, 5) float32 quads, as `brows.brow_strokes`; N is 0 for a look without a beard.
    """
    random = random_of("beard", look.seed)
    count = len(roots.density)
    draws, spread, tones = (
        random.uniform(size=count),
        random.standard_normal(count),
        random.uniform(size=count),
    )
    grown = np.clip(look.beard * 3.0, 0, 1) * density_after_cut(look, roots.moustache, roots.cheek)
    full = 0.35 + 0.65 * look.beard
    wanted = grown * full * np.clip(roots.density * 1.25 - 0.05 + 0.35 * (roots.patches - 0.5), 0, 1)
    stubble = 0.6 * look.stubble * roots.density * (1.0 if fine else 0.0)
    hairs, dots = draws < wanted, (draws >= wanted) & (draws < wanted + stubble)
    x = roots.points[:, 0]
    # direction: down; sideways in the moustache; towards the middle under the chin
    lean = np.clip(x / 1.6, -1, 1) * (1.15 * roots.moustache) + 0.10 * np.clip(x / 6.0, -1, 1) + 0.22 * spread
    lean = np.where(roots.points[:, 1] < -7.2, -0.5 * lean, lean)
    heading = np.stack([np.sin(lean), -np.cos(lean)], 1)
    length = (0.0065 + 0.022 * look.beard) * (0.6 + 0.7 * tones) * (0.55 + 0.45 * roots.density)
    length = np.where(dots, 0.0020 + 0.0016 * tones, length)
    width = np.where(dots, 0.00055, 0.00070 + 0.00045 * random.uniform(size=count))
    side = np.stack([-heading[:, 1], heading[:, 0]], 1) * width[:, None]
    tone = np.where(dots, 0.9, 0.55 + 1.2 * tones**2)
    start = roots.uv - 0.3 * heading * length[:, None]
    quads = stroke_quads(start, start + heading * length[:, None], side, tone)
    quads[dots, :, 3] = 0.82  # half transparent
    return np.asarray(quads[hairs | dots])


def density_after_cut(look: Look, moustache: Reals, cheek: Reals) -> Reals:
    """Share of the beard that a look's cut leaves at each root, (N,) 0..1.

    Args:
        moustache, cheek: (N,) shares, as in BeardRoots.
    """
    lip, chin, side = CUTS[look.beard_cut]
    return np.asarray(moustache * lip + (1 - moustache) * (chin + (side - chin) * cheek))


#: Share that a cut leaves on lip, chin and cheeks: full beard, goatee, moustache, chin curtain, boxed beard.
CUTS: Final = ((1.0, 1.0, 1.0), (1.0, 1.0, 0.0), (1.0, 0.06, 0.02), (0.12, 1.0, 0.9), (0.9, 1.0, 0.55))
