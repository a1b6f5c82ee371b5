"""Hair: a look's, cut as hair is or drawn as it is inked.

mesh = hair_mesh(space, look, clothes)          # a WornMesh, or None for the bald
"""

from __future__ import annotations

from studio.hair.anime_hair import anime_hair
from studio.hair.real_hair import real_hair
from studio.head.head_space import HeadSpace
from studio.look import Look
from studio.worn.mesh import WornMesh


def hair_mesh(space: HeadSpace, look: Look, clothes: WornMesh | None = None) -> WornMesh | None:
    """The hair for the mean head; real hair lies on the clothes."""
    return anime_hair(space, look) if look.style == "anime" else real_hair(space, look, clothes)
