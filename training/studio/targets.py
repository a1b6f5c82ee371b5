"""Targets: the framebuffers of one picture size."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

#: Colour is drawn with this many pixels a side for each of the picture's, then averaged.
SUPERSAMPLING: Final = 2


class Targets:
    """The large colour, the picture, and the labels; sizes in pixels a side.

    Attributes:
        large, small, labels: framebuffers. colour: the large one's texture.
    """

    def __init__(self, gl: Any, size: int) -> None:
        self._size, large = size, size * SUPERSAMPLING
        self.colour = gl.texture((large, large), 4)
        self.large = gl.framebuffer([self.colour], gl.depth_renderbuffer((large, large)))
        self.small = gl.framebuffer([gl.texture((size, size), 4)])
        self.labels = gl.framebuffer(
            [gl.texture((size, size), 4, dtype="f4"), gl.texture((size, size), 1)],
            gl.depth_renderbuffer((size, size)),
        )

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
