from __future__ import annotations

import numpy as np
import pytest

from face.head_model import load_head_model
from face.landmarks import FACE_OVAL, LID_EDGES, load_landmarks

MODEL = load_head_model()
PLACES = load_landmarks()


def test_every_landmark_lies_on_one_triangle() -> None:
    triangles = {tuple(sorted(t)) for t in MODEL.part("face", "eyeball_left", "eyeball_right").tolist()}
    assert PLACES.vertices.shape == PLACES.weights.shape == (478, 3)
    assert all(tuple(sorted(t)) in triangles for t in PLACES.vertices.tolist())
    assert PLACES.weights.min() > -1e-5
    assert np.allclose(PLACES.weights.sum(1), 1, atol=1e-4)


def test_values_are_weighted_over_the_corners() -> None:
    by_hand = sum(
        MODEL.vertices[PLACES.vertices[:, k]] * PLACES.weights[:, k, None].astype(np.float64)
        for k in range(3)
    )
    assert np.allclose(PLACES.of(MODEL.vertices), by_hand, atol=1e-4)
    assert PLACES.of(np.ones(len(MODEL.vertices), np.float32)).shape == (478,)


@pytest.mark.parametrize(
    ("landmark", "expected"),
    [
        (1, (0, None)),
        (152, (0, None)),
        (33, (-1, None)),
        (263, (1, None)),
        (61, (-1, None)),
        (291, (1, None)),
    ],
)
def test_well_known_landmarks_are_on_their_side(landmark: int, expected: tuple[int, None]) -> None:
    x = float(PLACES.of(MODEL.vertices)[landmark, 0])
    assert abs(x) < 0.4 if expected[0] == 0 else x * expected[0] > 1.5


def test_landmarks_are_in_order_from_top_to_bottom() -> None:
    height = PLACES.of(MODEL.vertices)[[10, 9, 168, 1, 0, 17, 152], 1]
    assert (np.diff(height) < 0).all()


def test_irises_lie_in_the_middle_of_their_eyeballs() -> None:
    at = PLACES.of(MODEL.vertices)
    for landmark, side in ((473, 0), (468, 1)):
        assert np.abs(at[landmark, :2] - MODEL.eye_centre(MODEL.vertices, side)[:2]).max() < 0.4


def test_lists_of_landmarks_name_each_once() -> None:
    for names in (FACE_OVAL, LID_EDGES[0] + LID_EDGES[1]):
        assert len(set(names)) == len(names)
