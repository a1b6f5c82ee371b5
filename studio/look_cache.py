"""LookCache: textures and meshes of looks on the graphics card, kept for the most recently used looks.

resources = looks.get(seed, style, texture_size)
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from numpy.typing import ArrayLike

from studio.hair.hair_mesh import hair_mesh
from studio.head.head_space import HeadSpace
from studio.look import CLOTHES, Look, look_of
from studio.shaders.uniform_blocks import LOOK_BINDING, LOOK_FIELDS, UniformBlock
from studio.skin.painter import SkinPainter
from studio.worn.clothes import NECKLINES, clothes_mesh
from studio.worn.drawing import WornBuffers, upload_worn
from studio.worn.glasses import glasses_mesh

#: Looks kept on the card; the textures of one take 3 MB for pictures of 256 pixels, 11 MB for larger ones.
_CAPACITY: Final = 12


@dataclass(frozen=True, slots=True, eq=False)
class LookResources:
    """A look on the card: textures of the skin (see `SkinPainter.paint`), and meshes of clothes, hair and glasses."""

    look: Look
    albedo: Any
    surface: Any
    worn: tuple[WornBuffers, ...]

    def release(self) -> None:
        """Free the memory on the card."""
        self.albedo.release()
        self.surface.release()
        for one in self.worn:
            one.release()


class LookCache:
    """Looks of one OpenGL context, least recently used first; used by its thread."""

    def __init__(self, gl: Any, painter: SkinPainter, space: HeadSpace) -> None:
        self._gl, self._painter, self._space = gl, painter, space
        self._block = UniformBlock(gl, LOOK_FIELDS, binding=LOOK_BINDING)
        self._kept: OrderedDict[tuple[int, str, int], LookResources] = OrderedDict()

    def get(self, seed: int, style: str, texture_size: int) -> LookResources:
        """The resources of a look, made if they are not in the cache. Binds the look's uniform block.

        Args:
            texture_size: side of a skin tile in texels.
        """
        key = (seed, style, texture_size)
        found = self._kept.get(key)
        look = found.look if found else look_of(seed, style)
        self._block.write(look_values(look))
        if found is None:
            albedo, surface = self._painter.paint(look, texture_size)
            found = self._kept[key] = LookResources(look, albedo, surface, self._worn(look))
            if len(self._kept) > _CAPACITY:
                self._kept.popitem(last=False)[1].release()
        self._kept.move_to_end(key)
        return found

    def _worn(self, look: Look) -> tuple[WornBuffers, ...]:
        if look.style == "clay":
            return ()
        clothes = clothes_mesh(self._space, look)
        meshes = {
            "clothes": clothes,
            "hair": hair_mesh(self._space, look, clothes),
            "glasses": glasses_mesh(look),
        }
        return upload_worn(self._gl, meshes)


def look_values(look: Look) -> Mapping[str, ArrayLike]:
    """Values of the fields of the look's uniform block."""
    anime = look.style == "anime"
    return {
        "skin": (look.melanin, look.haemoglobin, look.lips, 0.0),
        "brow_colour": (*look.brow_colour, 1.0 if anime else 0.72),
        "hair_root": (*look.hair_root, 0.0),
        "hair_tip": (*look.hair_tip, 0.0),
        "iris": (*look.iris, look.pupil),
        "iris_inner": (*look.iris_inner, look.iris_size * (1.5 if anime else 1.0)),
        "cloth": (*look.cloth, float(look.pattern)),
        "trim": (*look.trim, 0.0),
        "cloth_more": (float(CLOTHES.index(look.clothes)), 0.0, 0.0, 0.0),
        "glasses_colour": (*look.glasses_colour, float(look.glasses)),
        "lash": (0.012, 0.009, 0.008, min(0.95, 0.62 * look.lashes)),
        "hair_more": (0.0, 0.30, 0.0, 0.0),
        "neckline": NECKLINES[look.clothes] if look.style != "clay" else (-99.0, -99.0, -99.0, 1.0),
    }
