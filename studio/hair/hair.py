"""Hair: a look's, cut as hair is or drawn as it is inked.

mesh = grown_hair(space, look, clothes)          # a WornMesh, or None for the bald
"""

from __future__ import annotations

from studio.hair.cut import cut_hair
from studio.hair.drawn import drawn_hair
from studio.head.head_space import HeadSpace
from studio.look import Look
from studio.worn.mesh import WornMesh


def grown_hair(space: HeadSpace, look: Look, clothes: WornMesh | None = None) -> WornMesh | None:
    """The hair for the mean head; real hair lies on the clothes."""
    return drawn_hair(space, look) if look.style == "anime" else cut_hair(space, look, clothes)
