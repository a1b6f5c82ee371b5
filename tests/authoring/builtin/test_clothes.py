from __future__ import annotations

import numpy as np
import pytest

from authoring.builtin.clothes import clothes_surfaces
from authoring.builtin.head import build_head
from authoring.builtin.surface import HOODIE, SHIRT, STRING, Surface
from authoring.fit.proportions import face_proportions


@pytest.fixture(scope="module")
def clothes() -> list[Surface]:
    return clothes_surfaces()


def test_every_material_is_there(clothes: list[Surface]) -> None:
    assert {surface.material for surface in clothes} == {HOODIE, SHIRT, STRING}
    assert all(np.isfinite(surface.vertices).all() for surface in clothes)


def test_nothing_reaches_over_the_chin(clothes: list[Surface]) -> None:
    head = build_head()
    chin = face_proportions(head.model, head.vertices).chin
    front = np.concatenate([surface.vertices for surface in clothes])
    assert front[front[:, 2] > 2, 1].max() < chin


def test_shoulders_are_as_wide_on_both_sides_and_face_the_camera(clothes: list[Surface]) -> None:
    torso = clothes[0]
    assert torso.vertices[:, 0].max() == pytest.approx(-torso.vertices[:, 0].min())
    assert (torso.normals[:, 2] > -0.01).mean() > 0.95


def test_the_strings_hang_beside_each_other_before_the_torso(clothes: list[Surface]) -> None:
    left, right = [surface for surface in clothes if surface.material == STRING]
    assert left.vertices[:, 0].min() > 0 > right.vertices[:, 0].max()
    assert min(left.vertices[:, 2].mean(), right.vertices[:, 2].mean()) > clothes[0].vertices[:, 2].mean()
