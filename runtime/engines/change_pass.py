"""ChangePass: adds what a network changes in a draft to a newer draft, at the frame's resolution, in one pass.

change = ChangePass(gl, size=512, taps=1)
change.write(picture)                                  # SmallPicture, when there is a new one
change.draw(engine.drawn, plate, share=1.0, shifts=flow.shifts)
change.target.read_into(pixels, components=4)

The network's picture is small. What it changes, its picture less the draft that it saw, is added to the large draft, so
that the portrait's detail stays. Where it changes much, that detail is wrong, and its own picture takes the place. The
outline is always the draft's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import moderngl
import numpy as np
from numpy.typing import NDArray

from runtime.engines.change_shaders import AVERAGED, CHANGE_FRAGMENT, FETCHED
from runtime.engines.head_shaders import SCREEN_VERTEX
from runtime.engines.plate_pass import Plate

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

#: Mean change of a pixel and its neighbours, of full scale, from which on the draft's detail fades, and where it is gone.
DOUBT_FROM, DOUBT_AT = 0.12, 0.3
_UNITS: Final = {"draft": 0, "clean": 1, "low": 2, "doubt": 3, "shifts": 4, "plate": 5}


@dataclass(frozen=True, slots=True, eq=False)
class SmallPicture:
    """A network's picture and what it is compared with; S x S pixels, premultiplied, top row first.

    Attributes:
        clean: (S, S, 4) uint8 the picture.
        low: (S, S, 4) uint8 what it is less by gives the change, which is soft.
        doubt: (S, S) uint8 where the picture takes the draft's place.
    """

    clean: Pixels
    low: Pixels
    doubt: Pixels

    @classmethod
    def empty(cls, side: int) -> SmallPicture:
        """Zeros: nothing is changed."""
        clean, low = (np.zeros((side, side, 4), np.uint8) for _ in range(2))
        return cls(clean, low, np.zeros((side, side), np.uint8))

    def fill(self, clean: Floats, low: Floats) -> None:
        """Take pictures (4, S, S) of 0..1."""
        # What is finer than a small network can tell is the draft's: its own speckle goes with it.
        soft = clean - _smoothed(clean - low)
        for pixels, values in ((self.clean, clean), (self.low, np.clip(soft, 0.0, 1.0))):
            np.copyto(
                pixels, (values * np.float32(255.0) + np.float32(0.5)).transpose(1, 2, 0), casting="unsafe"
            )
        # between colours, not outlines, which stay the draft's
        change = np.abs(clean[:3] * low[3] - low[:3] * clean[3]).max(0)
        doubt = np.clip((_blurred(change) - DOUBT_FROM) / (DOUBT_AT - DOUBT_FROM), 0.0, 1.0)
        np.copyto(self.doubt, _blurred(doubt * doubt * (3.0 - 2.0 * doubt)) * 255.0 + 0.5, casting="unsafe")


def _smoothed(values: Floats) -> Floats:
    """Pictures (C, S, S) through the filter 1 2 1 along both axes."""
    for axis in (1, 2):
        padded = np.pad(values, [(1, 1) if one == axis else (0, 0) for one in range(3)], mode="edge")
        first, middle, last = (np.take(padded, range(k, k + values.shape[axis]), axis) for k in range(3))
        values = np.asarray(0.25 * (first + 2.0 * middle + last), np.float32)
    return values


def _blurred(values: Floats) -> Floats:
    """Means of 3 x 3 pixels."""
    for axis in (0, 1):
        padded = np.pad(values, [(1, 1) if one == axis else (0, 0) for one in (0, 1)], mode="edge")
        parts = (np.take(padded, range(k, k + len(values)), axis) for k in range(3))
        values = np.asarray(sum(parts) / np.float32(3.0), np.float32)
    return values


class ChangePass:
    """Programs and textures of one OpenGL context; used from its thread.

    Attributes:
        target: framebuffer of the finished frame, straight alpha, top row first.
    """

    def __init__(self, gl: Any, size: int, taps: int, side: int) -> None:
        """Compile and allocate.

        Args:
            size: side of the frames, pixels.
            taps: the draft's side in sides of the frame.
            side: of the network's pictures.
        """
        self._gl = gl
        sampling = FETCHED if taps == 1 else AVERAGED.replace("TAPS", str(taps))
        self._program = gl.program(SCREEN_VERTEX, CHANGE_FRAGMENT.replace("SAMPLING", sampling))
        for name, unit in _UNITS.items():
            self._program[name].value = unit
        self._program["side"].value = float(size)
        corners = np.array([-1, -1, 3, -1, -1, 3], np.float32)
        self._corners = gl.buffer(corners.tobytes())
        self._screen = gl.vertex_array(self._program, [(self._corners, "2f", "corner")])
        self.target = gl.framebuffer([gl.renderbuffer((size, size), 4)])
        self._clean, self._low, self._doubt = (self._texture(side, count) for count in (4, 4, 1))

    def _texture(self, side: int, count: int) -> Any:
        made = self._gl.texture((side, side), count, alignment=1)
        made.filter = (moderngl.LINEAR, moderngl.LINEAR)
        made.repeat_x = made.repeat_y = False
        return made

    def write(self, picture: SmallPicture) -> None:
        """Upload a picture."""
        self._clean.write(picture.clean)
        self._low.write(picture.low)
        self._doubt.write(picture.doubt)

    def draw(self, drawn: Any, plate: Plate | None, share: float, *, shifts: Any = None) -> None:
        """Draw a frame into `target`.

        Args:
            drawn: texture of the draft, premultiplied, without the background, top row first.
            plate: the background, of the frame's size; None = nothing is behind the head.
            share: 0 = the draft, 1 = all that the network changes.
            shifts: texture of `FlowPass` where the network's picture is of an earlier Motion; None = it is of this one.
        """
        self.target.use()
        self._gl.enable_only(moderngl.NOTHING)
        drawn.use(_UNITS["draft"])
        self._clean.use(_UNITS["clean"])
        self._low.use(_UNITS["low"])
        self._doubt.use(_UNITS["doubt"])
        if shifts is not None:
            shifts.use(_UNITS["shifts"])
        if plate is not None:
            plate.texture.use(_UNITS["plate"])
        program = self._program
        program["share"].value = share
        program["has_shifts"].value = shifts is not None
        program["has_plate"].value = plate is not None and not plate.is_empty
        program["is_opaque"].value = plate is not None and plate.is_opaque
        self._screen.render()
