"""Gives a studio's portrait what tells a photograph from a drawing: uneven skin, loose hair, light in the eyes.

    portrait = finished(DrawnPortrait(cut_out(picture), hair, skin, eyes, landmarks), loose=700, seed=1)

Everything is painted on the picture, before an avatar is made of it; nothing moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.portrait.fill import push_pull
from face.easing import smoothstep

Floats = NDArray[np.float32]

#: Pixels below are of a picture of this side.
SIDE: Final = 1280
#: Of MediaPipe's landmarks: the centre of each iris and a point of its rim.
IRISES: Final = ((468, 469), (473, 474))
MOUTH: Final = 13  # of MediaPipe's landmarks: hair that is longer ends in tips
MIDDLE_TONE, TOWARDS = (
    0.62,
    0.3,
)  # a usual brightness of skin, sRGB, and how far it comes there, as an exponent
CONTRAST: Final = 0.16  # of an S-shaped curve of tones
ROUND_PX: Final = 11.0  # of the outline of hair: a mesh's corners are rounded
STRAND_PX: Final = (30.0, 110.0)  # their lengths
STEPS: Final = 24  # of a strand's path
FINE: Final = 2  # strokes are drawn so much larger


@dataclass(frozen=True, slots=True, eq=False)
class DrawnPortrait:
    """A portrait and what it shows where; S its side.

    Attributes:
        rgba: (S, S, 4) uint8, straight alpha, sRGB.
        hair, skin, eyes: (S, S) bool.
        landmarks: (478, 2) float32, MediaPipe's, pixels.
    """

    rgba: NDArray[np.uint8]
    hair: NDArray[np.bool_]
    skin: NDArray[np.bool_]
    eyes: NDArray[np.bool_]
    landmarks: Floats


def finished(portrait: DrawnPortrait, *, loose: int, seed: int) -> NDArray[np.uint8]:
    """Paint it: (S, S, 4) uint8, straight alpha, sRGB.

    Args:
        loose: number of hairs that stand off along the outline.
        seed: of all that is random.
    """
    random = np.random.default_rng(seed)
    rgb = (portrait.rgba[..., :3] / np.float32(255)).astype(np.float32)
    alpha = (portrait.rgba[..., 3] / np.float32(255)).astype(np.float32)
    rgb = _graded(rgb, portrait.skin)
    rgb = _mottled(rgb, portrait.skin, random)
    rgb = _lit_eyes(rgb, portrait.eyes, portrait.landmarks)
    mouth = round(float(portrait.landmarks[MOUTH, 1]))
    rgb, alpha = _rounded(rgb, alpha, portrait.hair, mouth)
    rgb, alpha = _loose_hair(rgb, alpha, portrait.hair, (mouth, loose), random)
    return np.round(np.dstack([rgb, alpha]).clip(0, 1) * 255).astype(np.uint8)


def _unit(size: int) -> float:
    return size / SIDE


def _graded(rgb: Floats, skin: NDArray[np.bool_]) -> Floats:
    """The face brought to a usual brightness, a little warmer, with more contrast."""
    tone = float(np.median(rgb[skin].mean(1)))
    gain = (MIDDLE_TONE / max(tone, 0.05)) ** TOWARDS
    lit = rgb * gain * np.array([1.015, 1.0, 0.975], np.float32)
    lit = lit / (1 + 0.12 * np.maximum(lit - 0.8, 0) / 0.2)  # highlights do not burn out
    curve = lit + CONTRAST * lit.clip(0, 1) * (1 - lit.clip(0, 1)) * (2 * lit.clip(0, 1) - 1) * 2
    grey = curve.mean(2, keepdims=True)
    return np.asarray((grey + 1.04 * (curve - grey)).clip(0, 1), np.float32)


def _noise(shape: tuple[int, int], sigma: float, random: np.random.Generator) -> Floats:
    """Smooth noise (H, W) with a mean of 0 and a deviation of 1."""
    drawn = cv2.GaussianBlur(random.standard_normal(shape).astype(np.float32), (0, 0), sigma)
    return np.asarray(drawn / max(float(drawn.std()), 1e-6), np.float32)


def _mottled(rgb: Floats, skin: NDArray[np.bool_], random: np.random.Generator) -> Floats:
    """Skin that is unevenly red and brown, and has pores."""
    unit, shape = _unit(len(rgb)), skin.shape
    share = cv2.GaussianBlur(skin.astype(np.float32), (0, 0), 3 * unit)[..., None]
    blood = 0.6 * _noise(shape, 9 * unit, random) + 0.4 * _noise(shape, 3.5 * unit, random)
    melanin = 0.5 * _noise(shape, 16 * unit, random) + 0.5 * _noise(shape, 2.2 * unit, random)
    pores = _noise(shape, 0.9 * unit, random)
    tint = (
        0.006 * blood[..., None] * np.array([0.5, -0.9, -0.7], np.float32)
        - 0.006 * melanin[..., None] * np.array([0.8, 1.0, 1.1], np.float32)
        + 0.010 * pores[..., None]
    )
    return np.asarray((rgb * (1 + share * tint / 0.6)).clip(0, 1), np.float32)


def _lit_eyes(rgb: Floats, eyes: NDArray[np.bool_], landmarks: Floats) -> Floats:
    """A window mirrored in each eye, and light that gathers in the iris across from it."""
    size = len(rgb)
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32)
    # the lids' shadow lies on the upper edge of an eye, and lashes on both
    clear = smoothstep(0.6, 0.95, cv2.GaussianBlur(eyes.astype(np.float32), (0, 0), 1.5 * _unit(size)))
    lit = rgb.copy()
    for centre, rim in IRISES:
        middle = landmarks[centre]
        radius = float(np.linalg.norm(landmarks[rim] - middle))
        x, y = (columns - middle[0]) / radius, (rows - middle[1]) / radius
        far = np.hypot(x, y)
        gather = smoothstep(0.1, 0.9, 0.55 * x + 0.85 * y) * smoothstep(0.35, 0.6, far)
        lit = lit * (1 + (0.45 * gather * smoothstep(1.0, 0.8, far) * clear)[..., None])
        window = smoothstep(0.24, 0.12, np.maximum(np.abs(x + 0.36), 0.8 * np.abs(y + 0.34)))
        lit = lit + (0.95 - lit) * (0.6 * window * clear)[..., None]
    return np.asarray(lit.clip(0, 1), np.float32)


def _rounded(rgb: Floats, alpha: Floats, hair: NDArray[np.bool_], lowest: int) -> tuple[Floats, Floats]:
    """The outline of the hair without corners, down to a row."""
    unit = _unit(len(rgb))
    above = smoothstep(lowest, lowest - 40 * unit, np.arange(len(rgb), dtype=np.float32))[:, None]
    smooth = smoothstep(0.44, 0.56, cv2.GaussianBlur(alpha, (0, 0), ROUND_PX * unit))
    near = cv2.GaussianBlur(hair.astype(np.float32), (0, 0), 2 * ROUND_PX * unit)
    share = smoothstep(0.15, 0.35, near) * above
    colour = push_pull(rgb, (hair * (alpha > 0.98)).astype(np.float32))
    added = np.clip(smooth - alpha, 0, 1) * share
    mixed = alpha + share * (smooth - alpha)
    return np.asarray(rgb + (colour - rgb) * np.minimum(added * 4, 1)[..., None], np.float32), mixed


def _loose_hair(
    rgb: Floats, alpha: Floats, hair: NDArray[np.bool_], which: tuple[int, int], random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Single hairs along the outline, in the colours of the hair beside them.

    Args:
        which: the row above which they begin, and their number.
    """
    size, unit = len(rgb), _unit(len(rgb))
    lowest, count = which
    person = (alpha > 0.5).astype(np.uint8)
    inside = cv2.distanceTransform(person, cv2.DIST_L2, 5)
    near = cv2.dilate(hair.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    roots = np.argwhere((near & (inside > 1) & (inside < 9 * unit))[: lowest - round(60 * unit)])
    if not len(roots) or not count:
        return rgb, alpha
    field = inside - cv2.distanceTransform(1 - person, cv2.DIST_L2, 5)
    field = cv2.GaussianBlur(field, (0, 0), 6 * unit)
    inwards = np.stack([cv2.Sobel(field, cv2.CV_32F, 1, 0), cv2.Sobel(field, cv2.CV_32F, 0, 1)], 2)
    inwards /= np.maximum(np.linalg.norm(inwards, axis=2, keepdims=True), 1e-6)
    colour = push_pull(rgb, (hair & (inside > 4 * unit)).astype(np.float32))
    strokes = np.zeros((size * FINE, size * FINE, 4), np.float32)
    for row, column in roots[random.integers(0, len(roots), count)]:
        path = _strand(np.array([column, row], np.float32), inwards, random)
        tone = (colour[row, column] * random.uniform(0.75, 1.25)).clip(0, 1)
        opacity, width = float(random.uniform(0.25, 0.6)), 1 if random.random() < 0.6 else 2
        points = np.round(path * FINE).astype(np.int32)
        cv2.polylines(strokes, [points], False, (*(opacity * tone).tolist(), opacity), width)
    drawn = cv2.resize(strokes, (size, size), interpolation=cv2.INTER_AREA)
    cover, below = drawn[..., 3:], alpha[..., None] * (1 - drawn[..., 3:])
    joined = cover + below
    mixed = (drawn[..., :3] + rgb * below) / np.maximum(joined, 1e-4)
    return np.where(joined > 0.004, mixed, rgb).astype(np.float32), joined[..., 0].astype(np.float32)


def _strand(root: Floats, inwards: Floats, random: np.random.Generator) -> Floats:
    """A hair's path (STEPS + 1, 2), pixels, down along the outline; `inwards` (S, S, 2) points into the hair."""
    size = len(inwards)
    length, bend = random.uniform(*STRAND_PX) * _unit(size), random.uniform(-0.22, 0.16)
    path = [root]
    for _ in range(STEPS):
        column, row = path[-1].round().astype(int).clip(0, size - 1)
        normal = inwards[row, column]
        along = np.array([-normal[1], normal[0]], np.float32)
        step = along * (1 if along[1] > 0 else -1) + bend * normal + np.array([0, 0.15], np.float32)
        path.append(path[-1] + step / np.linalg.norm(step) * length / STEPS)
    return np.asarray(path, np.float32)
