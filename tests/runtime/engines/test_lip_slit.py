from __future__ import annotations

import numpy as np
import pytest

from face.head_model import load_head_model
from protocol.blendshapes import INDEX
from runtime.engines.lip_slit import LipSlit, slit_vertices

MODEL = load_head_model()
SLIT = LipSlit(slit_vertices(MODEL), MODEL.vertices)


def opening(**weights: float) -> float:
    """Height of the opening in the middle, model units."""
    expression = np.zeros(52, np.float32)
    for name, value in weights.items():
        expression[INDEX[name]] = value
    _, (upper, lower, _), _ = SLIT.measure(MODEL.expressed(MODEL.vertices, expression))
    return upper - lower


def test_the_vertices_are_the_corners_and_the_middles_of_the_lips() -> None:
    right, left, upper, lower = MODEL.vertices[slit_vertices(MODEL)]
    edge = MODEL.vertices[np.concatenate([MODEL.lips.upper, MODEL.lips.lower])]
    assert (right[0], left[0]) == (edge[:, 0].min(), edge[:, 0].max())
    assert abs(upper[0]) < 0.05
    assert abs(lower[0]) < 0.05
    assert upper[1] == edge[:, 1].max()
    assert lower[1] == edge[:, 1].min()


def test_the_mean_heads_lips_touch_and_a_jaw_parts_them() -> None:
    assert opening() == pytest.approx(0.0, abs=0.02)
    assert opening(mouthFrownLeft=1.0, mouthFrownRight=1.0) < 0.1
    heights = [opening(jawOpen=jaw) for jaw in (0.0, 0.1, 0.2, 0.5, 1.0)]
    assert heights == sorted(heights)
    jaw = MODEL.expression[INDEX["jawOpen"]]
    _, _, upper, lower = slit_vertices(MODEL)
    assert heights[-1] == pytest.approx(float(jaw[upper, 1] - jaw[lower, 1]), abs=0.1)


def test_a_smile_makes_lips_thin_and_shows_more() -> None:
    """By as much as the inner edges move apart, and by what the lips over them lose."""
    smile = {"mouthSmileLeft": 1.0, "mouthSmileRight": 1.0, "jawOpen": 0.15}
    expression = np.zeros(52, np.float32)
    for name, value in smile.items():
        expression[INDEX[name]] = value
    head = MODEL.expressed(MODEL.vertices, expression)
    _, _, upper, lower = slit_vertices(MODEL)
    apart = float(head[upper, 1] - head[lower, 1]) - float(
        MODEL.vertices[upper, 1] - MODEL.vertices[lower, 1]
    )
    assert opening(**smile) > apart + 0.1


def test_it_goes_with_the_head_that_is_measured() -> None:
    lips, opens, opened = SLIT.measure(MODEL.vertices)
    moved_lips, moved_opens, still = SLIT.measure(MODEL.vertices + np.array([1.0, 2.0, 3.0], np.float32))
    assert np.subtract(moved_lips, lips) == pytest.approx((1, 0, 2, 2), abs=1e-5)
    assert np.subtract(moved_opens, opens) == pytest.approx((2, 2, 3), abs=1e-5)
    assert still == pytest.approx(opened, abs=1e-5)
    jaw = MODEL.expression[INDEX["jawOpen"]]
    assert [SLIT.measure(MODEL.vertices + share * jaw).opened for share in (0.0, 1.0)] == pytest.approx(
        (0, 1), abs=0.05
    )
