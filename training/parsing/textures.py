"""Random textures and backgrounds, so that a network learns shapes and places rather than the studio's colours.

picture = texture(random, 256, others)      # (256, 256, 3) float32 0..1 sRGB
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
#: Gives a random crop of another portrait, (size, size, 3) float32 0..1.
Others = Callable[[np.random.Generator, int], Floats]


def colour(random: np.random.Generator) -> Floats:
    """A random colour (3,): half of them greyish, as walls and clothes are."""
    value = random.uniform(0.0, 1.0, 3)
    grey = random.uniform(0.02, 0.98)
    share = random.uniform(0.0, 0.35) if random.random() < 0.5 else 1.0
    return np.asarray(np.clip(grey + (value - 0.5) * share, 0, 1), np.float32)


def noise(random: np.random.Generator, size: int, cells: int, channels: int = 1) -> Floats:
    """Smooth noise (size, size, channels), -1..1, of so many cells along a side."""
    coarse = random.uniform(-1, 1, (cells, cells, channels)).astype(np.float32)
    fine = cv2.resize(coarse, (size, size), interpolation=cv2.INTER_LINEAR)
    return np.asarray(fine.reshape(size, size, channels), np.float32)


def rough_noise(random: np.random.Generator, size: int, channels: int = 1) -> Floats:
    """Noise (size, size, channels) of several octaves, about -1..1."""
    total = np.zeros((size, size, channels), np.float32)
    weight, cells = 1.0, int(random.integers(2, 6))
    fall = random.uniform(0.4, 0.8)
    while cells < size // 2:
        total += weight * noise(random, size, cells, channels)
        weight, cells = weight * fall, cells * 2
    return total / max(float(np.abs(total).max()), 1e-3)


def _flat(random: np.random.Generator, size: int, others: Others) -> Floats:
    return np.ones((size, size, 1), np.float32) * colour(random)


def _gradient(random: np.random.Generator, size: int, others: Others) -> Floats:
    angle = random.uniform(0, 2 * np.pi)
    line = np.linspace(-1, 1, size, dtype=np.float32)
    along = np.cos(angle) * line[None, :] + np.sin(angle) * line[:, None]
    if random.random() < 0.3:
        along = np.hypot(line[None, :] - random.uniform(-1, 1), line[:, None] - random.uniform(-1, 1)) - 1
    share = np.clip(0.5 + 0.5 * along, 0, 1)[..., None].astype(np.float32)
    return np.asarray(colour(random) * share + colour(random) * (1 - share), np.float32)


def _cloudy(random: np.random.Generator, size: int, others: Others) -> Floats:
    share = 0.5 + 0.5 * rough_noise(random, size) * random.uniform(0.3, 1.2)
    found = colour(random) * share + colour(random) * (1 - share)
    if random.random() < 0.4:
        found = found + random.uniform(0.05, 0.3) * rough_noise(random, size, 3)
    return np.asarray(np.clip(found, 0, 1), np.float32)


def _stripes(random: np.random.Generator, size: int, others: Others) -> Floats:
    angle, width = random.uniform(0, np.pi), random.uniform(2, 20)
    at = np.arange(size, dtype=np.float32)
    along = np.cos(angle) * at[None, :] + np.sin(angle) * at[:, None]
    across = np.cos(angle) * at[:, None] - np.sin(angle) * at[None, :]
    wave = np.sin(along * (np.pi / width))
    if random.random() < 0.5:
        wave = wave * np.sin(across * (np.pi / width))
    share = np.clip(0.5 + random.uniform(0.5, 6) * wave, 0, 1)[..., None].astype(np.float32)
    return np.asarray(colour(random) * share + colour(random) * (1 - share), np.float32)


def _things(random: np.random.Generator, size: int, others: Others) -> Floats:
    """Furniture, plants, frames: shapes of all kinds over each other."""
    picture = np.ascontiguousarray(_cloudy(random, size, others))
    for _ in range(int(random.integers(3, 28))):
        tone = tuple(float(v) for v in colour(random))
        x, y = (int(v) for v in random.integers(-20, size + 20, 2))
        wide, high = (int(v) for v in random.integers(2, size // 3, 2))
        kind = random.integers(4)
        if kind == 0:
            cv2.rectangle(picture, (x, y), (x + wide, y + high), tone, -1, cv2.LINE_AA)
        elif kind == 1:
            cv2.ellipse(
                picture, (x, y), (wide, high), float(random.uniform(0, 180)), 0, 360, tone, -1, cv2.LINE_AA
            )
        elif kind == 2:
            end = (int(x + random.normal(0, size / 2)), int(y + random.normal(0, size / 2)))
            cv2.line(picture, (x, y), end, tone, int(random.integers(1, 8)), cv2.LINE_AA)
        else:
            points = (np.array((x, y)) + random.normal(0, size / 7, (5, 2))).astype(np.int32)
            cv2.fillPoly(picture, [points], tone, cv2.LINE_AA)
    grain = random.uniform(0, 0.25) * rough_noise(random, size, 3)
    return np.asarray(np.clip(picture + grain, 0, 1), np.float32)


def _others(random: np.random.Generator, size: int, others: Others) -> Floats:
    return others(random, size)


_KINDS: Final = (_flat, _gradient, _cloudy, _stripes, _things, _others)
_CLOTH: Final = (0.25, 0.15, 0.25, 0.2, 0.1, 0.05)
_GROUND: Final = (0.14, 0.18, 0.22, 0.04, 0.26, 0.16)


def texture(random: np.random.Generator, size: int, others: Others) -> Floats:
    """A texture for clothes and the like, (size, size, 3) float32 0..1."""
    return _KINDS[int(random.choice(len(_KINDS), p=_CLOTH))](random, size, others)


def ground(random: np.random.Generator, size: int, others: Others, near: Floats | None) -> Floats:
    """A background (size, size, 3) float32 0..1.

    Args:
        near: a colour that the background should come close to, or None.
    """
    found = _KINDS[int(random.choice(len(_KINDS), p=_GROUND))](random, size, others)
    if random.random() < 0.5:
        found = cv2.GaussianBlur(found, (0, 0), float(random.uniform(0.5, 5)))
    if near is not None:
        share = random.uniform(0.1, 0.5)
        found = near + (found - found.mean((0, 1))) * share + random.normal(0, 0.06, 3)
    return np.asarray(np.clip(found, 0, 1), np.float32)
