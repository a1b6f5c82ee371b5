"""The background without the person: what lies behind is continued smoothly, with the background's own grain.

plate = without_person(canvas.rgb, alpha)

Colours in the hole are a membrane stretched between the known ones (the Laplace equation, from coarse to fine), so that
there are neither streaks nor steps. Over it lies noise with the spectrum of the background's fine detail: film grain,
canvas or plaster go on without any part of the picture being copied.

Source: P. Pérez et al., "Poisson image editing", SIGGRAPH 2003, eq. 2 without guidance; B. Galerne et al., "Random phase
textures", IEEE TIP 2011.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.portrait.fill import push_pull

Image = NDArray[np.float32]

_REACH: Final = 1 / 45  # how far around the person colours are not trusted, of the picture's side
_LEVELS: Final = (32, 16, 8, 2)  # divisors of the size at which the membrane is solved
_STEPS: Final = (400, 200, 80, 12)
_FINE: Final = 1 / 200  # what is finer than this is grain, of the picture's side
_GRAIN: Final = 0.05  # strongest grain: more is no grain but a pattern, and would look like noise


def without_person(rgb: Image, alpha: Image) -> Image:
    """Take the person out of a picture.

    Args:
        rgb: (E, E, 3) float32 0..1 sRGB. alpha: (E, E) float32 0..1, the person's coverage.

    Returns:
        (E, E, 3) float32 0..1; the same pixels where the person is not near.
    """
    size = len(rgb)
    reach = max(round(_REACH * size), 1)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    hole = cv2.dilate((alpha > 0.02).astype(np.uint8), disc) > 0
    if not hole.any():
        return rgb
    if hole.all():
        return np.broadcast_to(rgb.mean((0, 1)), rgb.shape).astype(np.float32)
    behind = _membrane(rgb, hole) + _grain(rgb, hole)
    soft = np.clip(cv2.GaussianBlur(hole.astype(np.float32), (0, 0), reach / 3) * 2 - 1, 0, 1)[..., None]
    return np.asarray(np.clip(rgb * (1 - soft) + behind * soft, 0, 1), np.float32)


def _membrane(rgb: Image, hole: NDArray[np.bool_]) -> Image:
    """Smooth colours in the hole that meet those around it."""
    known = (~hole).astype(np.float32)
    # the colours at the rim, without their grain
    weight = cv2.GaussianBlur(known, (0, 0), len(rgb) * _FINE)[..., None]
    rim = cv2.GaussianBlur(rgb * known[..., None], (0, 0), len(rgb) * _FINE) / np.maximum(weight, 1e-4)
    found = push_pull(rim.astype(np.float32), known)
    for divisor, steps in zip(_LEVELS, _STEPS, strict=True):
        side = len(rgb) // divisor
        open_here = (cv2.resize(hole.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA) > 0.5)[
            ..., None
        ]
        edge = cv2.resize(rim, (side, side), interpolation=cv2.INTER_AREA)
        values = cv2.resize(found, (side, side), interpolation=cv2.INTER_AREA)
        for _ in range(steps):
            values = np.where(open_here, cv2.blur(values, (3, 3), borderType=cv2.BORDER_REFLECT_101), edge)
        found = cv2.resize(values, rgb.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(found, np.float32)


def _grain(rgb: Image, hole: NDArray[np.bool_]) -> Image:
    """Noise (E, E, 3) with the spectrum of the fine detail around the hole, as strong as there on average."""
    sigma = len(rgb) * _FINE
    wide = cv2.dilate(hole.astype(np.uint8), np.ones((2 * round(2 * sigma) + 1,) * 2, np.uint8)) > 0
    known = (~wide).astype(np.float32)[..., None]
    if known.mean() < 0.02:
        return np.zeros_like(rgb)
    detail = (rgb - cv2.GaussianBlur(rgb, (0, 0), sigma)) * known
    # edges of things are not grain: what is far stronger than usual is cut
    usual = float(np.median(np.abs(detail[known[..., 0] > 0])))
    detail = np.clip(detail, -4 * usual - 1e-4, 4 * usual + 1e-4)
    strength = float(np.sqrt((detail**2).sum() / max(3 * known.sum(), 1)))
    phase = np.fft.rfft2(np.random.default_rng(0).standard_normal(rgb.shape[:2]))
    phase /= np.maximum(np.abs(phase), 1e-9)
    noise = np.stack(
        [np.fft.irfft2(np.fft.rfft2(detail[..., k]) * phase, rgb.shape[:2]) for k in range(3)], -1
    )
    noise *= min(strength, _GRAIN) / max(float(noise.std()), 1e-9)
    return np.asarray(noise, np.float32)
