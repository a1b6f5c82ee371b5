"""Levels one picture's light and exposure to another's, where both show the same, and smoothly beyond.

even = levelled(rgb, own, both)         # rgb with the tones of `own`, its detail kept
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.portrait.fill import push_pull

Image = NDArray[np.float32]
#: Factors of brightness that are believed, and how far each channel may depart from them.
_LEAST, _MOST, _HUE = 0.6, 1.7, 0.12
#: Added to colours before they are divided, sRGB: the noise of what is nearly black tells nothing.
_DARK: Final = 0.03
#: Share of a blur's window that both pictures must show for their tones to be compared there.
_SHOWN: Final = 0.15
_LUMA: Final = np.array([0.3, 0.59, 0.11], np.float32)


def levelled(rgb: Image, own: Image, both: Image, *, blur_px: float) -> Image:
    """Multiply a picture by smooth factors, so that its low frequencies are those of another one.

    Args:
        rgb: (H, W, 3) float32 sRGB 0..1, to be levelled. own: (H, W, 3), whose tones are wanted.
        both: (H, W) float32 0..1, where both show the same skin. Where nothing is both, nothing changes.
        blur_px: standard deviation of the blur that tells tone from detail, pixels.

    Returns:
        (H, W, 3) float32 0..1.
    """
    share = cv2.GaussianBlur(both, (0, 0), blur_px)
    if float(share.max()) <= _SHOWN:
        return rgb
    low, wanted = (
        cv2.GaussianBlur((one + _DARK) * both[..., None], (0, 0), blur_px)
        / np.maximum(share, 1e-4)[..., None]
        for one in (rgb, own)
    )
    shown = np.clip((share - _SHOWN) / _SHOWN, 0, 1).astype(np.float32)
    factor = np.where(shown[..., None] > 0, wanted / np.maximum(low, 1e-3), 1.0).astype(np.float32)
    bright = np.clip(factor @ _LUMA, _LEAST, _MOST)[..., None]
    factor = bright * np.clip(factor / np.maximum((factor @ _LUMA)[..., None], 1e-3), 1 - _HUE, 1 + _HUE)
    smooth = cv2.GaussianBlur(push_pull(factor.astype(np.float32), shown), (0, 0), blur_px)
    return np.asarray(np.clip(rgb * smooth, 0, 1), np.float32)
