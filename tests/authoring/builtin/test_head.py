from __future__ import annotations

import numpy as np
import pytest

from authoring.builtin.designs import DESIGNS
from authoring.builtin.head import BuiltinHead, build_head
from authoring.fit.head_fit import FOCAL
from face.landmarks import FACE_OVAL, FIRST_IRIS


@pytest.fixture(scope="module", params=DESIGNS.values(), ids=DESIGNS)
def head(request: pytest.FixtureRequest) -> BuiltinHead:
    return build_head(request.param)


def test_the_picture_is_that_of_a_pinhole(head: BuiltinHead) -> None:
    points = np.float32([[0, 0, 0], [3, -2, 5]])
    rest = points + head.translation
    expected = np.stack([rest[:, 0], -rest[:, 1]], 1) / -rest[:, 2:] * FOCAL
    assert head.to_picture(points) == pytest.approx(expected)


def test_the_eyeballs_are_spheres_larger_than_the_models(head: BuiltinHead) -> None:
    for side in (0, 1):
        ball = head.model.eyeball(side)
        away = np.linalg.norm(head.vertices[ball] - head.eye_centres[side], axis=1)
        # The friendly face's shapes may move an eyeball's vertices a little.
        assert away == pytest.approx(np.full(len(ball), head.eye_radius), rel=0.1)
        model = head.model.vertices[ball]
        assert head.eye_radius > 1.1 * np.linalg.norm(model - model.mean(0), axis=1).mean()
    assert head.eye_centres[0, 0] > 0 > head.eye_centres[1, 0]  # subject's left first


def test_the_landmarks_of_the_irises_lie_around_their_centres(head: BuiltinHead) -> None:
    points = head.landmarks()
    assert points.shape == (478, 2)
    for side, first in ((1, FIRST_IRIS), (0, FIRST_IRIS + 5)):
        centre = head.to_picture(head.eye_centres[side][None] + np.float32([0, 0, head.eye_radius]))[0]
        assert points[first] == pytest.approx(centre, abs=1e-4)
        radii = np.linalg.norm(points[first + 1 : first + 5] - points[first], axis=1)
        expected = head.design.head.iris_sine * head.eye_radius * FOCAL / -head.translation[2]
        assert radii == pytest.approx(np.full(4, expected), rel=0.15)


def test_the_face_fills_as_much_of_the_canvas_as_in_a_portrait(head: BuiltinHead) -> None:
    oval = head.landmarks()[list(FACE_OVAL)]
    assert np.ptp(oval[:, 1]) == pytest.approx(0.40, abs=0.06)
