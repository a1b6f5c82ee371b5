"""The hair mesh of a look: realistic hair cards, or the large locks of anime drawings.

mesh = hair_mesh(space, look, clothes)          # a WornMesh, or None for bald heads
"""

from __future__ import annotations

from studio.hair.anime_hair import anime_hair
from studio.hair.real_hair import real_hair
from studio.head.head_space import HeadSpace
from studio.look import Look
from studio.worn.mesh import WornMesh


def hair_mesh(space: HeadSpace, look: Look, clothes: WornMesh | None = None) -> WornMesh | None:
    """Build the hair for the mean head.

    Args:
        space: signed distances to the mean head.
        look: which hair style, in which rendering style, from which seed.
        clothes: realistic hair rests on this mesh instead of passing through it; anime hair ignores it.

    Returns:
        The mesh in mean-head space, or None where the style has no hair geometry.
    """
    return anime_hair(space, look) if look.style == "anime" else real_hair(space, look, clothes)
