from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("cv2")

import cv2

from authoring.portrait.canvas import EXTENDED_PX
from authoring.portrait.matte import person_matte


def scene() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A person of plain shapes before a busy background: picture, truth, the face inside it."""
    size = EXTENDED_PX
    rng = np.random.default_rng(0)
    noise = cv2.resize(
        rng.random((40, 40, 3)).astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC
    )
    rgb = 0.35 + 0.25 * noise * (0.4, 1.0, 0.5)
    truth, face = np.zeros((size, size), np.uint8), np.zeros((size, size), np.uint8)
    middle = size // 2
    cv2.ellipse(truth, (middle, int(0.42 * size)), (int(0.19 * size), int(0.25 * size)), 0, 0, 360, 1, -1)
    cv2.ellipse(truth, (middle, size), (int(0.36 * size), int(0.28 * size)), 0, 0, 360, 1, -1)
    cv2.ellipse(face, (middle, int(0.47 * size)), (int(0.13 * size), int(0.17 * size)), 0, 0, 360, 1, -1)
    rgb[truth > 0] = (0.25, 0.12, 0.08)
    rgb[(truth > 0) & (np.arange(size) > 0.7 * size)[:, None]] = (0.5, 0.1, 0.15)
    rgb[face > 0] = (0.85, 0.65, 0.55)
    return rgb.clip(0, 1).astype(np.float32), truth, face


@pytest.fixture(scope="module")
def matted() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rgb, truth, face = scene()
    return person_matte(rgb, face > 0, face.astype(np.float32)), truth, face


def test_the_person_is_separated_from_the_background(matted: Any) -> None:
    matte, truth, _ = matted
    assert matte.shape == truth.shape
    assert matte.dtype == np.float32
    assert 0 <= matte.min() <= matte.max() <= 1
    assert ((matte > 0.5) != (truth > 0)).mean() < 0.02


def test_the_face_is_solid_and_the_corners_are_clear(matted: Any) -> None:
    matte, _, face = matted
    assert matte[cv2.erode(face, np.ones((9, 9), np.uint8)) > 0].min() > 0.95
    assert matte[:40, :40].max() < 0.05
    assert matte[:40, -40:].max() < 0.05


def test_the_same_picture_gives_the_same_matte(matted: Any) -> None:
    rgb, _, face = scene()
    assert (person_matte(rgb, face > 0, face.astype(np.float32)) == matted[0]).all()
