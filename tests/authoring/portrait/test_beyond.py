"""A shoulder that the portrait's border cuts goes on beyond it, falling; nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.portrait.beyond import FALL, beyond_the_frame

SIDE, LEFT, RIGHT, SHOULDER, CHIN = 320, 80, 240, 200, 150
CLOTH = np.float32([0.1, 0.2, 0.6])


def scene() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Alpha, colours and known pixels of a portrait that cuts a body at both sides and below; a hat is cut as well."""
    alpha = np.zeros((SIDE, SIDE), np.float32)
    alpha[SHOULDER:, LEFT:] = 1  # the network ends it at the left, and makes a block of it at the right
    alpha[60:90, 200:250] = 1
    rgb = np.where(alpha[..., None] > 0, CLOTH, np.float32([1, 1, 1])).astype(np.float32)
    known = np.zeros((SIDE, SIDE), np.float32)
    known[:280, LEFT:RIGHT] = 1
    rgb[known == 0] = 0.5
    return alpha, rgb, known


def test_shoulders_go_on_and_fall() -> None:
    alpha, rgb, known = scene()
    found, colours = beyond_the_frame(alpha, rgb, known, below=CHIN)
    for column, away in ((LEFT - 60, 66), (RIGHT + 59, 65)):
        top = SHOULDER + FALL * away
        assert np.flatnonzero(found[:, column] > 0.5).min(initial=SIDE) == pytest.approx(top, abs=4)
        assert np.abs(colours[int(top) + 20 :, column] - CLOTH).max() < 0.05
    assert found[-1].min() > 0.99


def test_the_portrait_and_what_is_above_the_chin_stay() -> None:
    alpha, rgb, known = scene()
    found, colours = beyond_the_frame(alpha, rgb, known, below=CHIN)
    kept = known > 0
    kept[:CHIN] = True
    np.testing.assert_array_equal(found[kept], alpha[kept])
    np.testing.assert_array_equal(colours[kept], rgb[kept])


def test_a_whole_picture_stays_as_it_is() -> None:
    alpha, rgb, known = scene()
    found, colours = beyond_the_frame(alpha, rgb, np.ones_like(known), below=CHIN)
    assert found is alpha
    assert colours is rgb
