"""Backing: an opaque picture behind a character that is drawn without one.

backing = Backing(512)
backing.put(plate)               # None = nothing
backing.draw(pixels)             # every frame, in place
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


class Backing:
    """Owns its work arrays; one thread at a time. Without a picture a frame costs nothing for it."""

    def __init__(self, size: int) -> None:
        """Allocate for square pictures of `size` pixels."""
        self._picture: Pixels | None = None
        self._rest, self._sum, self._part = (np.zeros((size, size), np.uint16) for _ in range(3))

    def put(self, picture: Pixels | None) -> None:
        """Take a picture (size, size, 4) uint8 sRGB, opaque, top row first; None = what is below shows through."""
        self._picture = None if picture is None else picture.copy()

    def draw(self, pixels: Pixels) -> None:
        """Put the picture behind pixels (size, size, 4) uint8 sRGB, straight alpha, which are then opaque."""
        if self._picture is None:
            return
        alpha = pixels[..., 3]
        np.subtract(255, alpha, out=self._rest, dtype=np.uint16)
        for k in range(3):
            np.multiply(pixels[..., k], alpha, out=self._sum, dtype=np.uint16)
            np.multiply(self._picture[..., k], self._rest, out=self._part)
            self._sum += self._part
            self._sum += 127
            self._sum //= 255
            np.copyto(pixels[..., k], self._sum, casting="unsafe")
        alpha[:] = 255
