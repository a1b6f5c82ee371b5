from __future__ import annotations

import numpy as np
import pytest

from authoring.builtin.clothes import KINDS, clothes_surfaces
from authoring.builtin.head import build_head
from authoring.builtin.surface import HOODIE, SHIRT, STRING, Surface
from authoring.fit.proportions import face_proportions


@pytest.fixture(scope="module")
def clothes() -> list[Surface]:
    return clothes_surfaces("hoodie")


def test_every_material_is_there(clothes: list[Surface]) -> None:
    assert {surface.material for surface in clothes} == {HOODIE, SHIRT, STRING}
    assert all(np.isfinite(surface.vertices).all() for surface in clothes)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_reaches_over_the_chin(kind: str) -> None:
    head = build_head()
    chin = face_proportions(head.model, head.vertices).chin
    front = np.concatenate([surface.vertices for surface in clothes_surfaces(kind)])
    assert front[front[:, 2] > 2, 1].max() < chin


def test_shoulders_are_as_wide_on_both_sides_and_face_the_camera(clothes: list[Surface]) -> None:
    torso = clothes[0]
    assert torso.vertices[:, 0].max() == pytest.approx(-torso.vertices[:, 0].min())
    assert (torso.normals[:, 2] > -0.01).mean() > 0.95


def test_the_strings_hang_beside_each_other_before_the_torso(clothes: list[Surface]) -> None:
    left, right = [surface for surface in clothes if surface.material == STRING]
    assert left.vertices[:, 0].min() > 0 > right.vertices[:, 0].max()
    assert min(left.vertices[:, 2].mean(), right.vertices[:, 2].mean()) > clothes[0].vertices[:, 2].mean()


def test_a_kimono_is_closed_with_the_wearers_left_side_over_the_right() -> None:
    bands = [surface.vertices for surface in clothes_surfaces("kimono") if surface.material == SHIRT]
    right, left = bands
    assert right[right[:, 2] < -5, 0].max() < 2  # both begin at the nape
    assert left[left[:, 2] < -5, 0].min() > -2
    crossing = [band[np.abs(band[:, 0]) < 0.5] for band in bands]
    assert crossing[1][:, 2].max() > crossing[0][:, 2].max()
    assert left[:, 0].min() < right[:, 0].max() - 1  # the left one goes on
