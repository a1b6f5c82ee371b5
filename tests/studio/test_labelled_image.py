from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.factors import Factors
from studio.head.source import PART
from studio.labelled_image import PIXEL_ARRAYS, LabelledImage, composite_over
from studio.renderer import Studio

SIZE = 192


def test_the_background_shows_only_where_the_person_is_not(ict_studio: Studio) -> None:
    picture = ict_studio.render(Factors(look=3, background=8, style="real"), SIZE)
    composed = picture.composed()
    alpha = picture.image[..., 3]
    assert np.array_equal(composed[alpha == 255], picture.image[alpha == 255][:, :3])
    assert np.array_equal(composed[alpha == 0], picture.background[alpha == 0])


def test_a_drawn_picture_has_the_shapes_of_the_table(small_studio: Studio) -> None:
    picture = small_studio.render(Factors(), 40)
    for name, (shape, dtype) in PIXEL_ARRAYS.items():
        array = getattr(picture, name)
        assert (array.shape, array.dtype) == ((40, 40, *shape), np.dtype(dtype)), name


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_composite_over_is_the_exact_mix_rounded(front: int, behind: int, alpha: int) -> None:
    image = np.array([front, front, front, alpha], np.uint8)
    mixed = composite_over(image, np.full(3, behind, np.uint8))
    exact = (front * alpha + behind * (255 - alpha)) / 255
    assert np.abs(mixed - exact).max() <= 0.5
    assert mixed.dtype == np.uint8


def test_the_face_mask_leaves_out_hair_clothes_and_background() -> None:
    part = np.array([[PART[name] for name in ("background", "face", "hair", "teeth", "clothes", "glasses")]])
    blank = np.zeros((1, 6, 4), np.uint8)
    picture = LabelledImage(
        image=blank,
        background=blank[..., :3],
        part=part.astype(np.uint8),
        normal=np.zeros((1, 6, 3), np.float32),
        depth=np.zeros((1, 6), np.float32),
    )
    assert picture.face_mask.tolist() == [[False, True, False, True, False, False]]
