"""Realistic hair: cap, curtain, cards and tied parts of a look's haircut, merged into one mesh.

mesh = real_hair(space, look, clothes)       # a WornMesh, or None for bald heads
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from studio.hair.cap import cap_meshes, crest_meshes
from studio.hair.hair_cards import combed_meshes, fringe_meshes
from studio.hair.haircuts import HAIRCUTS, Haircut
from studio.hair.long_hair import curtain_meshes
from studio.hair.scalp import scalp_of
from studio.hair.tied_hair import tied_meshes
from studio.head.head_space import HeadSpace
from studio.look import Look
from studio.seeds import random_of
from studio.worn.garment_height import GarmentHeight
from studio.worn.mesh import WornMesh, joined


def real_hair(space: HeadSpace, look: Look, clothes: WornMesh | None) -> WornMesh | None:
    """Build the look's hair, outermost parts first, so that the depth test rejects most hidden fragments.

    The triangles are ordered: seen from outside only, then two-sided, then those that cast shadows.
    """
    if look.hair == "bald":
        return None
    random = random_of("hair", look.seed)
    cut = _varied(HAIRCUTS[look.hair], random)
    garment = GarmentHeight(clothes)
    parts = (
        fringe_meshes(space, cut, random),
        tied_meshes(space, cut, garment, random),
        combed_meshes(space, cut, random),
        curtain_meshes(space, cut, garment, random),
        crest_meshes(cut, scalp_of(space), random),
        cap_meshes(space, cut, random),
    )
    one_sided = [mesh for part in parts for mesh in part.one_sided]
    two_sided = [mesh for part in parts for mesh in part.two_sided]
    occluders = [mesh for part in parts for mesh in part.occluders]

    def triangles(meshes: list[WornMesh]) -> int:
        return sum(len(mesh.triangles) for mesh in meshes)

    # single cards would cast only noise
    return replace(
        joined(one_sided + two_sided + occluders), outside=triangles(one_sided), casting=triangles(occluders)
    )


def _varied(cut: Haircut, random: Any) -> Haircut:
    """A haircut with random fullness, length, waves and side of the parting."""
    full, wavy, fringe = (float(random.uniform(*ends)) for ends in ((0.85, 1.2), (0.7, 1.4), (0.95, 1.06)))
    length, side = float(random.uniform(-1.0, 1.0)), float(random.choice((-1.0, 1.0)))
    # the ends of a bob stay between chin and collar
    longer = length * (1.2 if max(cut.fall) > -7 else 2.6)
    front, top, at_side, back = cut.cap
    ends = (cut.fall[0] + longer, cut.fall[1] + longer, cut.fall[2] + longer)
    return replace(
        cut,
        cap=(front * full, top * full, at_side * full, back * full),
        drape=cut.drape * (0.5 + 0.5 * full),
        fall=ends if cut.strands else cut.fall,
        wave=(cut.wave[0] * wavy, cut.wave[1]),
        fringe=cut.fringe * fringe,
        part=cut.part * side,
    )
