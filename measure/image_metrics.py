"""Image metrics against the true picture: PSNR, SSIM, sharpness and the temporal error, of a mask or of the whole picture.

    psnr_db(frame, truth, mask)     # masks are (H, W) bool; None = everywhere

Pictures are (H, W, 3) uint8 sRGB. An empty mask gives nan.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]

#: PSNR of identical pictures, so that means stay finite.
BEST_DB: Final = 60.0
_SIGMA, _RADIUS = 1.5, 5
_K1, _K2 = 0.01, 0.03
_LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)  # Rec. 601


def psnr_db(frame: Picture, truth: Picture, mask: Mask | None = None) -> float:
    """Peak signal to noise ratio in decibels, at most BEST_DB."""
    error = (frame.astype(np.float32) - truth.astype(np.float32)) ** 2
    if mask is not None:
        error = error[mask]
    if error.size == 0:
        return float("nan")
    mean = float(error.mean(dtype=np.float64))
    return min(BEST_DB, float(10.0 * np.log10(255.0**2 / max(mean, 1e-12))))


def ssim_map(frame: Picture, truth: Picture) -> Floats:
    """Structural similarity (H, W) of the luma (Rec. 601), Gaussian window of 11 pixels, edges mirrored.

    Source: Z. Wang et al., "Image quality assessment: from error visibility to structural similarity", IEEE TIP 13,
    2004; eq. 13 with K1 = 0.01, K2 = 0.03 and the population's variance.
    """
    x, y = (picture.astype(np.float32) @ _LUMA for picture in (frame, truth))
    blurred = _blurred(np.stack([x, y, x * x, y * y, x * y]))
    mx, my, xx, yy, xy = blurred
    c1, c2 = (_K1 * 255.0) ** 2, (_K2 * 255.0) ** 2
    above = (2 * mx * my + c1) * (2 * (xy - mx * my) + c2)
    below = (mx * mx + my * my + c1) * (xx - mx * mx + yy - my * my + c2)
    return np.asarray(above / below, np.float32)


def mean_of(values: Floats, mask: Mask | None = None) -> float:
    """Mean of values (H, W) over a mask (H, W); nan for an empty mask."""
    chosen = values if mask is None else values[mask]
    return float(chosen.mean(dtype=np.float64)) if chosen.size else float("nan")


def sharpness(frame: Picture, truth: Picture, mask: Mask | None = None) -> float:
    """Gradient energy of a picture over the true picture's: 1 = as sharp, less = blurred.

    PSNR rewards blur where a method does not know the place of an edge; this figure beside it tells. Noise and blocks count
    as edges too. Must match training/retouch/losses.py. nan where the truth has no edges.
    """
    inside = np.ones(truth.shape[:2], bool) if mask is None else mask
    made, meant = (_gradient_energy(picture, inside) for picture in (frame, truth))
    return made / meant if meant > 0 else float("nan")


def _gradient_energy(picture: Picture, mask: Mask) -> float:
    """Sum of the squared differences to the pixels above and to the left, over a mask (H, W)."""
    values = picture.astype(np.float32)
    down, right = values[1:, 1:] - values[:-1, 1:], values[1:, 1:] - values[1:, :-1]
    return float((down * down + right * right)[mask[1:, 1:]].sum(dtype=np.float64))


def temporal_error(
    frames: tuple[Picture, Picture], truths: tuple[Picture, Picture], mask: Mask | None = None
) -> float:
    """Mean difference (0..255) between a picture's change and the true picture's change: flicker and lag.

    Args:
        frames, truths: two successive pictures each, (H, W, 3) uint8.
    """
    made, meant = (after.astype(np.float32) - before for before, after in (frames, truths))
    return mean_of(np.abs(made - meant).mean(-1), mask)


def _blurred(planes: Floats) -> Floats:
    """Planes (N, H, W) convolved with the Gaussian window, one axis after the other."""
    at = np.arange(-_RADIUS, _RADIUS + 1)
    window = np.exp(-0.5 * (at / _SIGMA) ** 2)
    window = (window / window.sum()).astype(np.float64)
    out = planes.astype(np.float64)
    for axis in (1, 2):
        edges = [(0, 0)] * 3
        edges[axis] = (_RADIUS, _RADIUS)
        padded = np.pad(out, edges, mode="symmetric")
        length = planes.shape[axis]
        out = np.sum([w * np.take(padded, range(k, k + length), axis) for k, w in enumerate(window)], axis=0)
    return np.asarray(out, np.float64)
