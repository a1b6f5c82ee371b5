"""CropPass: cuts the regions' crops out of a draft.

crops = CropPass(gl, draft_px=512)
matrices = {name: crop.matrix(name, vertices, motion) for name in REGIONS}
crops.draw(engine.drawn, matrices)
crops.read(network.regions)                  # after other passes have been asked for: reading waits for them all
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from face.regions import REGIONS
from runtime.engines.composite_shaders import CROP_FRAGMENT
from runtime.engines.head_shaders import SCREEN_VERTEX
from runtime.engines.region_atlas import ATLAS_HEIGHT, ATLAS_WIDTH, FIRST_ROW
from runtime.inference.retouch_network import RegionData

Floats = NDArray[np.float32]
#: Side of a draft whose pixels are about as large as those of a crop.
_NATIVE_PX = 512


class CropPass:
    """Program and framebuffer of one OpenGL context; used from its thread."""

    def __init__(self, gl: Any, draft_px: int) -> None:
        self._gl = gl
        self._program = gl.program(SCREEN_VERTEX, CROP_FRAGMENT)
        self._program["taps"].value = max(1, round(draft_px / _NATIVE_PX))
        corners = np.array([-1, -1, 3, -1, -1, 3], np.float32)
        self._screen = gl.vertex_array(self._program, [(gl.buffer(corners.tobytes()), "2f", "corner")])
        self._border = gl.sampler(
            filter=(moderngl.LINEAR, moderngl.LINEAR), border_color=(0.0, 0.0, 0.0, 0.0)
        )
        self._target = gl.framebuffer([gl.renderbuffer((ATLAS_WIDTH, ATLAS_HEIGHT), 4)])
        self._pixels = np.zeros((ATLAS_HEIGHT, ATLAS_WIDTH, 4), np.uint8)

    def draw(self, drawn: Any, matrices: Mapping[str, Floats]) -> None:
        """Draw all crops.

        Args:
            drawn: texture of the draft, premultiplied, top row first.
            matrices: region -> `RegionCrops.matrix`.
        """
        self._target.use()
        self._gl.enable_only(moderngl.NOTHING)
        drawn.use(0)
        self._border.use(0)
        for name, region in REGIONS.items():
            uncrop, origin = uncropped(matrices[name])
            self._program["uncrop"].write(uncrop)
            self._program["origin"].write(origin)
            self._program["atlas_at"].value = (0.0, float(FIRST_ROW[name]))
            self._target.viewport = (0, FIRST_ROW[name], region.width, region.height)
            self._screen.render()
        self._target.viewport = (0, 0, ATLAS_WIDTH, ATLAS_HEIGHT)
        self._border.clear(0)

    def read(self, regions: Mapping[str, RegionData]) -> None:
        """Wait for what was drawn, and write the crops where the network reads them."""
        self._target.read_into(self._pixels, components=4)
        for name, data in regions.items():
            region, first = REGIONS[name], FIRST_ROW[name]
            pixels = self._pixels[first : first + region.height, : region.width]
            np.multiply(pixels.transpose(2, 0, 1), np.float32(1 / 255), out=data.crop, casting="unsafe")


def uncropped(matrix: Floats) -> tuple[bytes, bytes]:
    """A crop's matrix the other way round: `uncrop` and `origin` of the shaders, column by column."""
    inverse = np.linalg.inv(matrix[:, :2]).astype(np.float32)
    return np.ascontiguousarray(inverse.T).tobytes(), (-inverse @ matrix[:, 2]).astype(np.float32).tobytes()
