from __future__ import annotations

import cv2
import numpy as np
import pytest

from authoring.clip.moment import cut_off, moment_of
from vision.landmarker import FaceObservation


def face_at(left: float, top: float, width: float, height: float, *, gap: float = 0.0) -> FaceObservation:
    """Landmarks that fill a box, with the lips' inner edges so far apart, pixels."""
    random = np.random.default_rng(0)
    points = random.uniform(0, 1, (478, 3)).astype(np.float32)
    points[:2] = (0, 0, 0), (1, 1, 0)
    points = points * (width, height, 0) + (left, top, 0)
    points[13, :2] = points[14, :2] = left + width / 2, top + 0.7 * height
    points[14, 1] += gap
    return FaceObservation(points.astype(np.float32), np.zeros(52, np.float32), np.eye(4, dtype=np.float32))


def noise(mean: float = 128, spread: float = 30) -> np.ndarray:
    values = np.random.default_rng(1).normal(mean, spread, (300, 300, 1))
    return np.repeat(np.clip(values, 0, 255), 3, axis=2).astype(np.uint8)


def test_a_blurred_face_is_less_sharp_whatever_its_surroundings() -> None:
    face, picture = face_at(100, 100, 100, 100), noise()
    sharp = moment_of(0.0, picture, face).sharpness
    blurred = picture.copy()
    blurred[90:210, 90:210] = cv2.GaussianBlur(picture, (0, 0), 3)[90:210, 90:210]
    assert moment_of(0.0, blurred, face).sharpness < 0.2 * sharp
    outside = cv2.GaussianBlur(picture, (0, 0), 3)
    outside[90:210, 90:210] = picture[90:210, 90:210]
    assert moment_of(0.0, outside, face).sharpness == pytest.approx(sharp)


def test_light_that_is_too_dark_or_lost_costs() -> None:
    face = face_at(100, 100, 100, 100)
    assert moment_of(0.0, noise(128, 5), face).light == 0
    assert moment_of(0.0, noise(40, 5), face).light == pytest.approx(0.35 - 40 / 255, abs=0.01)
    assert moment_of(0.0, np.full((300, 300, 3), 255, np.uint8), face).light == pytest.approx(1.25)


def test_lips_are_measured_in_face_heights() -> None:
    assert moment_of(0.0, noise(), face_at(100, 100, 80, 100, gap=7)).lips_apart == pytest.approx(0.07)


def test_a_face_outside_the_picture_is_no_crash() -> None:
    assert moment_of(0.0, noise(), face_at(400, 400, 50, 50)).cut_off == 1


def test_what_is_cut_off_is_the_area_of_the_square_beyond_the_frame() -> None:
    # a face of 100 stands in a square of 250
    assert cut_off(face_at(450, 450, 80, 100), 1000, 1000) == pytest.approx(0)
    assert cut_off(face_at(0, 450, 80, 100), 1000, 1000) == pytest.approx((125 - 40) / 250)
    assert cut_off(face_at(450, 0, 80, 100), 1000, 1000) == pytest.approx((125 - 50) / 250 + 0.35)
