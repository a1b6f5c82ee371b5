"""CompositePass: applies the retouch network's fields to a draft at the frame's resolution, in one pass.

composite = CompositePass(gl, size=512, taps=1)
composite.write(network.fields)
composite.write_regions(network.regions)                                # where it has them
composite.draw(engine.drawn, plate, share=1.0, matrices=matrices)
composite.target.read_into(pixels, components=4)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import moderngl
import numpy as np
from numpy.typing import NDArray

from face.conditions import CONDITION_PX
from face.regions import REGIONS
from runtime.engines.composite_shaders import (
    AVERAGED,
    BICUBIC,
    COMPOSITE_FRAGMENT,
    NO_REGION,
    REGION,
    REGION_VERTEX,
)
from runtime.engines.crop_pass import uncropped
from runtime.engines.head_shaders import SCREEN_VERTEX
from runtime.engines.plate_pass import Plate
from runtime.engines.region_atlas import ATLAS_HEIGHT, ATLAS_WIDTH, FIRST_ROW
from runtime.inference.retouch_network import RegionData, RetouchFields

Floats = NDArray[np.float32]

#: How a draft of the frame's own resolution is sampled; must match networks/retouch.py `warped`.
SAMPLING: Final = BICUBIC
#: Texture -> its side and the fields in its channels, in order. What is 0..1 and lies in textures of _BYTES is rounded to
#: bytes, which a software driver filters in a fraction of the time.
_PACKED: Final[dict[str, tuple[int, tuple[tuple[str, slice], ...]]]] = {
    "bend": (CONDITION_PX // 2, (("flow", slice(0, 2)), ("gain", slice(0, 2)))),
    "light": (CONDITION_PX // 2, (("gain", slice(2, 3)), ("bias", slice(0, 3)))),
    "far": (CONDITION_PX // 2, (("far", slice(0, 2)), ("detail", slice(0, 1)))),
    "paint": (CONDITION_PX, (("paint", slice(0, 4)),)),
    "cover": (
        CONDITION_PX,
        (("mask", slice(0, 1)), ("copied", slice(0, 1)), ("mask", slice(0, 1)), ("mask", slice(0, 1))),
    ),
}
_BYTES: Final = ("paint", "cover")
#: The same of the regions' atlas: its size in pixels of a texture's, and the fields.
_REGION_PACKED: Final[dict[str, tuple[int, tuple[tuple[str, slice], ...]]]] = {
    "region_bend": (2, (("flow", slice(0, 2)), ("gain", slice(0, 2)))),
    "region_light": (2, (("gain", slice(2, 3)), ("bias", slice(0, 3)))),
    "region_paint": (1, (("paint", slice(0, 3)), ("mask", slice(0, 1)))),
    "region_blend": (1, (("blend", slice(0, 1)),)),
}
_REGION_BYTES: Final = ("region_paint", "region_blend")
_DRAFT, _PLATE, _FIRST = 0, 1, 2


class CompositePass:
    """Program, textures and arrays of one OpenGL context; used from its thread.

    Attributes:
        target: framebuffer of the finished frame, straight alpha, top row first.
    """

    def __init__(self, gl: Any, size: int, taps: int) -> None:
        """Compile and allocate.

        Args:
            size: side of the frames, pixels.
            taps: the draft's side in sides of the frame.
        """
        self._gl = gl
        sampling = SAMPLING if taps == 1 else AVERAGED.replace("TAPS", str(taps))
        self._program = gl.program(SCREEN_VERTEX, COMPOSITE_FRAGMENT % (sampling, NO_REGION))
        self._region_program = gl.program(REGION_VERTEX, COMPOSITE_FRAGMENT % (sampling, REGION))
        self._programs = (self._program, self._region_program)
        for program in self._programs:
            program["side"].value = float(size)
            program["draft"].value = _DRAFT
            program["plate"].value = _PLATE
        corners = np.array([-1, -1, 3, -1, -1, 3], np.float32)
        self._screen = gl.vertex_array(self._program, [(gl.buffer(corners.tobytes()), "2f", "corner")])
        self._border = gl.sampler(
            filter=(moderngl.LINEAR, moderngl.LINEAR), border_color=(0.0, 0.0, 0.0, 0.0)
        )
        self.target = gl.framebuffer([gl.renderbuffer((size, size), 4)])
        self._textures: dict[str, Any] = {}
        self._arrays: dict[str, Floats] = {}
        self._bytes: dict[str, NDArray[np.uint8]] = {}
        for unit, (name, (side, parts)) in enumerate(_PACKED.items(), _FIRST):
            count = sum(part.stop - part.start for _, part in parts)
            texture = gl.texture((side, side), count, dtype="f1" if name in _BYTES else "f4")
            texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
            texture.repeat_x = texture.repeat_y = False
            self._textures[name] = texture
            self._arrays[name] = np.zeros((side, side, count), np.float32)
            if name in _BYTES:
                self._bytes[name] = np.zeros((side, side, count), np.uint8)
            for program in self._programs:
                program[name].value = unit
        for unit, (name, (shrink, parts)) in enumerate(_REGION_PACKED.items(), _FIRST + len(_PACKED)):
            count = sum(part.stop - part.start for _, part in parts)
            shape = (ATLAS_HEIGHT // shrink, ATLAS_WIDTH // shrink, count)
            texture = gl.texture(shape[1::-1], count, dtype="f1" if name in _REGION_BYTES else "f4")
            texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
            texture.repeat_x = texture.repeat_y = False
            self._textures[name] = texture
            self._arrays[name] = np.zeros(shape, np.float32)
            if name in _REGION_BYTES:
                self._bytes[name] = np.zeros(shape, np.uint8)
            self._region_program[name].value = unit
        self._quads = {name: self._quad(region.width, region.height) for name, region in REGIONS.items()}
        self.write(RetouchFields.unchanged())

    def _quad(self, width: int, height: int) -> Any:
        corners = np.array([0, 0, width, 0, 0, height, width, height], np.float32)
        content = [(self._gl.buffer(corners.tobytes()), "2f", "corner_px")]
        return self._gl.vertex_array(self._region_program, content, mode=moderngl.TRIANGLE_STRIP)

    def write(self, fields: RetouchFields) -> None:
        """Upload the fields of a frame: half a megabyte."""
        for name, (_, parts) in _PACKED.items():
            packed, first = self._arrays[name], 0
            for field, part in parts:
                values = getattr(fields, field)[part]
                packed[..., first : first + len(values)] = values.transpose(1, 2, 0)
                first += len(values)
            if name in _BYTES:
                packed *= 255.0
                packed += 0.5
                np.copyto(self._bytes[name], packed, casting="unsafe")
            self._textures[name].write(self._bytes.get(name, packed))

    def write_regions(self, regions: Mapping[str, RegionData]) -> None:
        """Upload the fields of a frame's regions: a third of a megabyte."""
        for name, (shrink, parts) in _REGION_PACKED.items():
            packed = self._arrays[name]
            for region, data in regions.items():
                crop, row = REGIONS[region], FIRST_ROW[region] // shrink
                place = slice(row, row + crop.height // shrink), slice(0, crop.width // shrink)
                first = 0
                for field, part in parts:
                    values = getattr(data.fields, field)[part]
                    packed[place][..., first : first + len(values)] = values.transpose(1, 2, 0)
                    first += len(values)
                if name in _REGION_BYTES:
                    packed[place] *= 255.0
                    packed[place] += 0.5
                    np.copyto(self._bytes[name][place], packed[place], casting="unsafe")
            self._textures[name].write(self._bytes.get(name, packed))

    def draw(
        self,
        drawn: Any,
        plate: Plate | None,
        share: float,
        *,
        matrices: Mapping[str, Floats] | None = None,
        region_share: float = 1.0,
    ) -> None:
        """Draw a frame into `target`.

        Args:
            drawn: texture of the draft, premultiplied, without the background, top row first.
            plate: the background, of the frame's size; None = nothing is behind the head.
            share: 0 = the draft, 1 = the network's picture.
            matrices: region -> `RegionCrops.matrix`; the fields of those regions have been written.
            region_share: 0 = without the regions' networks, 1 = with them.
        """
        self.target.use()
        self._gl.enable_only(moderngl.NOTHING)
        drawn.use(_DRAFT)
        self._border.use(_DRAFT)
        if plate is not None:
            plate.texture.use(_PLATE)
        for unit, texture in enumerate(self._textures.values(), _FIRST):
            texture.use(unit)
        for program in self._programs:
            program["share"].value = share
            program["has_plate"].value = plate is not None and not plate.is_empty
            program["is_opaque"].value = plate is not None and plate.is_opaque
        self._screen.render()
        region = self._region_program
        region["region_share"].value = share * region_share
        for name, matrix in (matrices or {}).items():
            uncrop, origin = uncropped(matrix)
            region["uncrop"].write(uncrop)
            region["origin"].write(origin)
            region["crop"].write(np.ascontiguousarray(matrix.T).tobytes())
            region["size"].value = (float(REGIONS[name].width), float(REGIONS[name].height))
            region["atlas_at"].value = (0.0, float(FIRST_ROW[name]))
            self._quads[name].render()
        self._border.clear(_DRAFT)
