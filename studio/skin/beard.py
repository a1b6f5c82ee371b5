"""Beards: hair strokes painted into the skin's texture: a full beard, a goatee, a moustache, or a few days' stubble.

places = beard_roots(points, uv, density, moustache)      # once: where hairs can grow
strokes = beard_strokes(places, look, fine=True)           # (N, 4, 5), as `brows.brow_strokes`
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

#: Hairs that can grow.
_PLACES: Final = 9000


@dataclass(frozen=True, slots=True, eq=False)
class BeardRoots:
    """Where hairs can grow: uv (N, 2), points (N, 3), how dense hair is there (N,), and how much of it is moustache,
    cheek (N,); patches: (N,) smooth noise."""

    uv: Floats
    points: Floats
    density: Floats
    moustache: Floats
    cheek: Floats
    patches: Floats


def beard_roots(points: Floats, uv: Floats, maps: Reals) -> BeardRoots:
    """Of texels with points (N, 3) and uv (N, 2): as many places as hairs, denser where beards are.

    Args:
        maps: (N, 3) density, moustache, cheek, 0..1.
    """
    random = random_of("beard places")
    density = maps[:, 0] * (uv[:, 0] < 1.0)
    total = np.cumsum(density)
    chosen = (
        np.searchsorted(total, random.uniform(0.0, total[-1], _PLACES)) if total[-1] > 0 else np.zeros(0, int)
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


def beard_strokes(places: BeardRoots, look: Look, *, fine: bool) -> Reals:
    """Quads (N, 4, 5) of a look's beard or stubble; none for who has neither. `fine`: stubble as single hairs."""
    random = random_of("beard", look.seed)
    count = len(places.density)
    draws, spread, tones = (
        random.uniform(size=count),
        random.standard_normal(count),
        random.uniform(size=count),
    )
    grown = np.clip(look.beard * 3.0, 0, 1) * density_after_cut(look, places.moustache, places.cheek)
    full = 0.35 + 0.65 * look.beard
    wanted = grown * full * np.clip(places.density * 1.25 - 0.05 + 0.35 * (places.patches - 0.5), 0, 1)
    stubble = 0.6 * look.stubble * places.density * (1.0 if fine else 0.0)
    hairs, dots = draws < wanted, (draws >= wanted) & (draws < wanted + stubble)
    x = places.points[:, 0]
    # down, on the lip sideways, under the chin to its middle
    lean = (
        np.clip(x / 1.6, -1, 1) * (1.15 * places.moustache) + 0.10 * np.clip(x / 6.0, -1, 1) + 0.22 * spread
    )
    lean = np.where(places.points[:, 1] < -7.2, -0.5 * lean, lean)
    heading = np.stack([np.sin(lean), -np.cos(lean)], 1)
    length = (0.0065 + 0.022 * look.beard) * (0.6 + 0.7 * tones) * (0.55 + 0.45 * places.density)
    length = np.where(dots, 0.0020 + 0.0016 * tones, length)
    width = np.where(dots, 0.00055, 0.00070 + 0.00045 * random.uniform(size=count))
    side = np.stack([-heading[:, 1], heading[:, 0]], 1) * width[:, None]
    tone = np.where(dots, 0.9, 0.55 + 1.2 * tones**2)
    start = places.uv - 0.3 * heading * length[:, None]
    quads = stroke_quads(start, start + heading * length[:, None], side, tone)
    quads[dots, :, 3] = 0.82  # half through
    return np.asarray(quads[hairs | dots])


def density_after_cut(look: Look, moustache: Reals, cheek: Reals) -> Reals:
    """How much of the beard's parts a look's cut leaves, where they are (N,) moustache and (N,) cheek."""
    lip, chin, side = CUTS[look.beard_cut]
    return np.asarray(moustache * lip + (1 - moustache) * (chin + (side - chin) * cheek))


#: How much is left on lip, chin and cheeks: full, goatee, moustache, chin curtain, boxed.
CUTS: Final = ((1.0, 1.0, 1.0), (1.0, 1.0, 0.0), (1.0, 0.06, 0.02), (0.12, 1.0, 0.9), (0.9, 1.0, 0.55))
