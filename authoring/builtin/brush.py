"""Paints a picture anew with brush strokes: broad ones first, finer ones where the picture differs still.

strokes = painted(canvas.rgb, BrushDesign(), seed=1)

Strokes follow the picture's edges and consist of bristles of slightly different tone. Painted into an avatar's textures,
they move with its skin and hair.

Source: Hertzmann, Painterly Rendering with Curved Brush Strokes of Multiple Sizes (1998), sections 2 and 3.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.builtin.design import BrushDesign
from face.easing import smoothstep

Floats = NDArray[np.float32]

STEPS: Final = 6  # points of the longest stroke; one radius apart
CLOSE: Final = 0.75  # distance of two strokes' beginnings, radii
SOFT: Final = 0.5  # standard deviation of the picture's blur under a brush, radii
_SHIFT: Final = 4  # fractional bits of OpenCV's coordinates


def painted(
    picture: Floats, brush: BrushDesign, *, seed: int, scale: float = 1.0, shown: Floats | None = None
) -> Floats:
    """Paint a picture.

    Args:
        picture: (H, W, 3) float32 0..1 sRGB.
        brush: the strokes.
        seed: of their random places and tones.
        scale: of the brushes' radii.
        shown: (H, W) float32 0..1; no stroke begins where it is 0. None = 1 everywhere.

    Returns:
        (H, W, 3) float32 0..1 sRGB.
    """
    rng = np.random.default_rng(seed)
    wanted = np.asarray(np.clip(picture, 0, 1) * 255, np.float32)
    done = cv2.GaussianBlur(wanted, (0, 0), brush.radii_px[0] * scale).round().astype(np.uint8)
    for number, radius_px in enumerate(brush.radii_px):
        radius = radius_px * scale
        under = cv2.GaussianBlur(wanted, (0, 0), SOFT * radius)
        apart = np.abs(done.astype(np.float32) - under).mean(2)
        apart = cv2.GaussianBlur(apart, (0, 0), 0.5 * radius)
        begins = _beginnings(rng, apart.shape, CLOSE * radius)
        at = begins.astype(int)
        use = apart[at[:, 1], at[:, 0]] > (0.0 if number == 0 else 255 * brush.tolerance)
        if shown is not None:
            use &= shown[at[:, 1], at[:, 0]] > 0
        _stroke_all(done, under, begins[use], radius, brush, rng)
    # What is finer than the finest brush, eyes above all, is kept as it is.
    apart = cv2.GaussianBlur(np.abs(done - wanted).mean(2) / 255, (0, 0), 1.2)
    fine = (brush.detail * smoothstep(brush.tolerance, 2.5 * brush.tolerance, apart))[..., None]
    return np.asarray((done * (1 - fine) + wanted * fine) / 255, np.float32)


def rough_outline(alpha: Floats, brush: BrushDesign, *, seed: int) -> Floats:
    """Displace an opacity (H, W) 0..1 a little, so that its outline is a brush's and not a ruler's."""
    rng = np.random.default_rng(seed)
    noise = np.stack(
        [cv2.GaussianBlur(rng.normal(size=alpha.shape).astype(np.float32), (0, 0), 8.0) for _ in "xy"], -1
    )
    away = brush.rough_px * noise / noise.std()
    rows, columns = np.mgrid[0 : alpha.shape[0], 0 : alpha.shape[1]].astype(np.float32)
    return np.asarray(
        cv2.remap(
            alpha,
            columns + away[..., 0],
            rows + away[..., 1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.float32,
    )


def _beginnings(rng: np.random.Generator, shape: tuple[int, ...], step: float) -> Floats:
    """Places (N, 2), x and y, on a shaken grid, in random order."""
    height, width = shape
    columns, rows = np.meshgrid(np.arange(step / 2, width, step), np.arange(step / 2, height, step))
    places = np.stack([columns.ravel(), rows.ravel()], 1)
    places += rng.uniform(-0.5, 0.5, places.shape) * step
    places = places.clip(0, (width - 1, height - 1))
    return np.asarray(rng.permutation(places), np.float32)


def _directions(picture: Floats, radius: float) -> Floats:
    """Unit vectors (H, W, 2) along the picture's edges, from the smoothed structure tensor."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    xx, xy, yy = (cv2.GaussianBlur(v, (0, 0), 1.5 * radius) for v in (across**2, across * down, down**2))
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2  # the gradient's axis, turned by a right angle
    return np.stack([np.cos(angle), np.sin(angle)], -1).astype(np.float32)


def _stroke_all(
    done: NDArray[np.uint8],
    under: Floats,
    begins: Floats,
    radius: float,
    brush: BrushDesign,
    rng: np.random.Generator,
) -> None:
    """Draw a stroke from each of the places (N, 2) into `done`."""
    height, width = under.shape[:2]
    along = _directions(under, radius)
    count = len(begins)
    path = np.empty((count, STEPS, 2), np.float32)
    path[:, 0] = begins
    at = begins.astype(int)
    colour = under[at[:, 1], at[:, 0]]
    # 1. Follow the edges until the picture's colour is no longer the stroke's.
    going = along[at[:, 1], at[:, 0]].copy()
    going *= np.where(rng.random(count) < 0.5, -1, 1)[:, None].astype(np.float32)
    length = np.ones(count, np.int32)
    alive = np.ones(count, bool)
    for step in range(1, STEPS):
        path[:, step] = (path[:, step - 1] + radius * going).clip(0, (width - 1, height - 1))
        at = path[:, step].astype(int)
        here = under[at[:, 1], at[:, 0]]
        alive &= np.abs(here - colour).mean(1) < 255 * brush.tolerance * 1.5
        length += alive
        turned = along[at[:, 1], at[:, 0]]
        turned = turned * np.where((turned * going).sum(1) < 0, -1, 1)[:, None]
        going = 0.4 * going + 0.6 * turned
        going /= np.maximum(np.linalg.norm(going, axis=1, keepdims=True), 1e-6)
    # 2. Bristles side by side, each of its own tone.
    bristles = max(2, round(radius / 1.4))
    thick = max(1, round(2.2 * radius / bristles))
    aside = (np.arange(bristles) - (bristles - 1) / 2) * (2 * radius / bristles)
    shaken = colour[:, None] + 255 * (
        rng.normal(0, brush.tint, (count, 1, 3)) + rng.normal(0, brush.bristle, (count, bristles, 1))
    )
    shaken = shaken.clip(0, 255)
    along_path = np.asarray(np.gradient(path, axis=1), np.float32)
    side = np.stack([-along_path[..., 1], along_path[..., 0]], -1)
    side /= np.maximum(np.linalg.norm(side, axis=2, keepdims=True), 1e-6)
    for i in range(count):
        last = max(length[i], 2)
        points, across = path[i, :last], side[i, :last]
        for j in range(bristles):
            line = ((points + across * aside[j]) * (1 << _SHIFT)).round().astype(np.int32)
            cv2.polylines(done, [line], False, shaken[i, j].tolist(), thick, cv2.LINE_AA, _SHIFT)
