"""CompositePass: applies the retouch network's fields to a draft at the frame's resolution, in one pass.

composite = CompositePass(gl, size=512, taps=1)
composite.write(network.fields)
composite.draw(engine.drawn, plate, share=1.0)
composite.target.read_into(pixels, components=4)
"""

from __future__ import annotations

from typing import Any, Final

import moderngl
import numpy as np
from numpy.typing import NDArray

from face.conditions import CONDITION_PX
from runtime.engines.composite_shaders import AVERAGED, BICUBIC, COMPOSITE_FRAGMENT
from runtime.engines.head_shaders import SCREEN_VERTEX
from runtime.inference.retouch_network import RetouchFields

Floats = NDArray[np.float32]

#: How a draft of the frame's own resolution is sampled; must match networks/retouch.py `warped`.
SAMPLING: Final = BICUBIC
#: Texture -> its side and the fields in its channels, in order. What is 0..1 and lies in textures of _BYTES is rounded to
#: bytes, which a software driver filters in a fraction of the time.
_PACKED: Final[dict[str, tuple[int, tuple[tuple[str, slice], ...]]]] = {
    "bend": (CONDITION_PX // 2, (("flow", slice(0, 2)), ("gain", slice(0, 2)))),
    "light": (CONDITION_PX // 2, (("gain", slice(2, 3)), ("bias", slice(0, 3)))),
    "far": (CONDITION_PX // 2, (("far", slice(0, 2)),)),
    "paint": (CONDITION_PX, (("paint", slice(0, 4)),)),
    "cover": (
        CONDITION_PX,
        (("mask", slice(0, 1)), ("copied", slice(0, 1)), ("mask", slice(0, 1)), ("mask", slice(0, 1))),
    ),
}
_BYTES: Final = ("paint", "cover")
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
        self._program = gl.program(SCREEN_VERTEX, COMPOSITE_FRAGMENT % sampling)
        self._program["side"].value = float(size)
        self._program["draft"].value = _DRAFT
        self._program["plate"].value = _PLATE
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
            self._program[name].value = unit
        self.write(RetouchFields.unchanged())

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

    def draw(self, drawn: Any, plate: Any, share: float) -> None:
        """Draw a frame into `target`.

        Args:
            drawn: texture of the draft, premultiplied, without the background, top row first.
            plate: texture of the background in the frame's size, or None for a transparent one.
            share: 0 = the draft, 1 = the network's picture.
        """
        self.target.use()
        self._gl.enable_only(moderngl.NOTHING)
        drawn.use(_DRAFT)
        self._border.use(_DRAFT)
        if plate is not None:
            plate.use(_PLATE)
        for unit, texture in enumerate(self._textures.values(), _FIRST):
            texture.use(unit)
        self._program["share"].value = share
        self._program["has_plate"].value = plate is not None
        self._screen.render()
        self._border.clear(_DRAFT)
