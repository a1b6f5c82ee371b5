"""Between a picture's bytes and linear light, premultiplied by the opacity.

drawing = to_linear(rgba)                   # (4, H, W) float32, 0..1
encoder = PixelEncoder(512)
encoder.encode(picture, out=pixels)         # back, without allocating

Source: IEC 61966-2-1 (sRGB), the transfer functions.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

#: Opacity below which a pixel has no colour: a byte cannot show it.
LEAST_ALPHA: Final = 0.5 / 255.0
_STEPS: Final = 65535


def _encoded() -> Pixels:
    """(65536,) sRGB byte of linear light in steps of 1 / 65535."""
    light = np.arange(_STEPS + 1) / _STEPS
    value = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    made: Pixels = np.round(value * 255.0).astype(np.uint8)
    return made


_ENCODED: Final = _encoded()


def to_linear(rgba: Pixels) -> Floats:
    """Straight sRGB (H, W, 4) uint8 to linear light, premultiplied: (4, H, W) float32, 0..1."""
    value = rgba.astype(np.float32) / np.float32(255.0)
    light = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    light[..., 3] = value[..., 3]
    light[..., :3] *= value[..., 3:]
    made: Floats = np.ascontiguousarray(light.transpose(2, 0, 1), np.float32)
    return made


class PixelEncoder:
    """Owns its work arrays; one thread at a time."""

    def __init__(self, size: int) -> None:
        """Allocate for square pictures of `size` pixels."""
        self._scale = np.zeros((size, size), np.float32)
        self._light = np.zeros((size, size), np.float32)
        self._steps = np.zeros((size, size), np.uint16)
        self._bytes = np.zeros((size, size), np.uint8)

    def encode(self, picture: Floats, out: Pixels) -> None:
        """Linear light, premultiplied, to straight sRGB.

        Args:
            picture: (4, size, size) float32, 0..1.
            out: (size, size, 4) uint8, overwritten.
        """
        alpha, scale, light = picture[3], self._scale, self._light
        np.maximum(alpha, LEAST_ALPHA, out=scale)
        np.divide(np.float32(_STEPS), scale, out=scale)
        for k in range(3):
            np.multiply(picture[k], scale, out=light)
            light += 0.5
            np.minimum(light, _STEPS, out=light)
            np.copyto(self._steps, light, casting="unsafe")
            np.take(_ENCODED, self._steps, out=self._bytes, mode="clip")
            out[..., k] = self._bytes
        np.multiply(alpha, 255.0, out=light)
        light += 0.5
        np.copyto(out[..., 3], light, casting="unsafe")
