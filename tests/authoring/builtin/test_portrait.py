from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.builtin.design import OMOTE
from authoring.builtin.head import BuiltinHead, build_head
from authoring.builtin.portrait import Layer, backdrop, body_surfaces, draw_layer, face_normals, face_surfaces
from authoring.builtin.surface import EYE, MOUTH, SKIN
from authoring.portrait.canvas import EXTENDED_PX


@pytest.fixture(scope="module")
def head() -> BuiltinHead:
    return build_head()


def test_compositing_is_porter_and_duffs_over() -> None:
    alpha = np.float32([[0.0, 0.25, 1.0]])
    layer = Layer(np.float32([0.8, 0.4, 0.2]) * alpha[..., None], alpha)
    behind = np.full((1, 3, 3), 0.5, np.float32)
    expected = [[0.5, 0.5, 0.5], [0.575, 0.475, 0.425], [0.8, 0.4, 0.2]]
    assert layer.over(behind)[0] == pytest.approx(np.array(expected))


def test_the_backdrop_is_opaque_colour_with_a_light_in_the_middle() -> None:
    wall = backdrop(OMOTE)
    assert wall.shape == (EXTENDED_PX, EXTENDED_PX, 3)
    assert 0 < wall.min() <= wall.max() <= 1
    assert wall[EXTENDED_PX // 2, EXTENDED_PX // 2].sum() > wall[0, 0].sum()


def test_normals_are_unit_vectors_and_the_nose_faces_the_camera(head: BuiltinHead) -> None:
    normals = face_normals(head)
    skin = np.unique(head.model.triangles["face"])
    assert np.linalg.norm(normals[skin], axis=1) == pytest.approx(np.ones(len(skin)), abs=1e-4)
    nose = skin[head.vertices[skin, 2].argmax()]
    assert normals[nose, 2] > 0.7


def test_the_face_is_drawn_with_its_eyes_and_the_body_without_hidden_parts(head: BuiltinHead) -> None:
    assert [surface.material for surface in face_surfaces(head)] == [SKIN, MOUTH, EYE, EYE]
    [body] = body_surfaces(head)
    whole = head.model.part("ears_and_neck", "scalp", "shoulders")
    assert 0 < len(body.triangles) < len(whole)
    assert head.vertices[body.triangles].mean(1)[:, 1].min() >= -15


def test_the_drawn_face_has_the_colour_of_skin_and_a_clear_outside(head: BuiltinHead) -> None:
    layer = draw_layer(head, face_surfaces(head), 1)
    assert layer.rgb.shape == (EXTENDED_PX, EXTENDED_PX, 3)
    assert layer.alpha[:20].max() == 0
    assert (layer.rgb[layer.alpha == 0] == 0).all()
    red, green, blue = np.median(layer.rgb[layer.alpha == 1], axis=0)
    assert red > green > blue
