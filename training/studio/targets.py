"""Targets: the framebuffers of one picture size."""

from __future__ import annotations

from typing import Any, Final

import moderngl
import numpy as np
from numpy.typing import NDArray

from training.studio.shaders import AVERAGE_FRAGMENT, SCREEN

#: Colour is drawn with this many pixels a side for each of the picture's, then averaged. Multisampling would shade
#: less, but Mesa's software driver takes twice as long over it.
SUPERSAMPLING: Final = 2


class Targets:
    """The large colour, the picture, and the labels; sizes in pixels a side.

    Attributes:
        large, small, labels: framebuffers; `resolve` averages the first into the second.
    """

    def __init__(self, gl: Any, size: int) -> None:
        self._size, large = size, size * SUPERSAMPLING
        self._colour = gl.texture((large, large), 4)
        self.large = gl.framebuffer([self._colour], gl.depth_renderbuffer((large, large)))
        self._program = gl.program(SCREEN, AVERAGE_FRAGMENT)
        self._average = gl.vertex_array(self._program, [])
        self.small = gl.framebuffer([gl.texture((size, size), 4)])
        self.labels = gl.framebuffer(
            [gl.texture((size, size), 4, dtype="f4"), gl.texture((size, size), 1)],
            gl.depth_renderbuffer((size, size)),
        )

    def resolve(self, *, exposed: bool) -> None:
        """Average the large colour into the picture, straight alpha; no depth test is on.

        Args:
            exposed: as film would be, or colours as they are.
        """
        self._program["exposed"].value = float(exposed)
        self.small.use()
        self._colour.use(0)
        self._average.render(moderngl.TRIANGLES, vertices=3)

    def read_small(self) -> NDArray[np.uint8]:
        """(S, S, 4) what is in the picture, top row first."""
        size = self._size
        return np.frombuffer(self.small.read(components=4), np.uint8).reshape(size, size, 4)[::-1]

    def read_labels(self) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """(S, S, 4) normal and depth, (S, S) part; top row first."""
        size = self._size
        true = np.frombuffer(self.labels.read(components=4, dtype="f4"), np.float32)
        part = np.frombuffer(self.labels.read(components=1, attachment=1, alignment=1), np.uint8)
        return true.reshape(size, size, 4)[::-1], np.ascontiguousarray(part.reshape(size, size)[::-1])
