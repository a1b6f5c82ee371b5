from __future__ import annotations

import pytest

from studio.detail import DETAILS, detail_for


@pytest.mark.parametrize(("size", "number"), [(32, 0), (320, 0), (321, 1), (640, 1), (641, 2), (2048, 2)])
def test_a_size_has_the_first_detail_that_allows_it(size: int, number: int) -> None:
    assert detail_for(size) is DETAILS[number]


def test_larger_pictures_are_drawn_with_finer_surfaces_and_textures() -> None:
    tolerances = [detail.tolerance for detail in DETAILS]
    textures = [detail.texture for detail in DETAILS]
    assert tolerances == sorted(tolerances, reverse=True)
    assert textures == sorted(textures)
