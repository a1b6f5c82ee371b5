"""Grain: a small repeating noise texture that all materials sample.

texture = grain_texture(gl)     # red smooth noise, green strands, blue clouds, alpha pores
"""

from __future__ import annotations

from typing import Any, Final

import moderngl
import numpy as np
from numpy.typing import NDArray

from studio.seeds import random_of

_SIDE: Final = 256


def grain_texture(gl: Any) -> Any:
    """Make the texture: RGBA, 8 bits, with mipmaps, repeating."""
    channels = [
        _filtered(1, (10.0, 28.0), (1.0, 1.0)),
        _filtered(2, (1.0, 60.0), (3.5, 0.06)),
        _filtered(3, (0.5, 5.0), (1.0, 1.0)),
        _filtered(4, (22.0, 60.0), (1.0, 1.0)),
    ]
    image = np.stack(channels, -1)
    texture = gl.texture((_SIDE, _SIDE), 4, (image * 255 + 0.5).astype(np.uint8).tobytes())
    texture.build_mipmaps()
    texture.filter = (moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR)
    return texture


def _filtered(seed: int, band: tuple[float, float], stretch: tuple[float, float]) -> NDArray[np.float64]:
    """Band-pass filtered white noise (S, S), 0..1.

    Args:
        band: lowest and highest frequency in cycles a side.
        stretch: factors of the features' size along x and y.
    """
    white = random_of("grain", seed).standard_normal((_SIDE, _SIDE))
    fy, fx = np.meshgrid(np.fft.fftfreq(_SIDE) * _SIDE, np.fft.fftfreq(_SIDE) * _SIDE, indexing="ij")
    radius = np.hypot(fx / stretch[0], fy / stretch[1])
    low, high = band
    gain = np.exp(-((radius / high) ** 2)) * (1 - np.exp(-((radius / low) ** 2)))
    field = np.real(np.fft.ifft2(np.fft.fft2(white) * gain))
    return np.asarray(np.clip(0.5 + 0.22 * field / field.std(), 0, 1))
