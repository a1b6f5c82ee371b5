from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")
pytest.importorskip("scipy")

from authoring.portrait.canvas import Canvas
from authoring.portrait.matte import person_matte
from authoring.portrait.separate import separate
from tests.authoring.portrait.test_cut_out import PERSON, scene, softly_parsed


def canvas(alpha: np.ndarray | None = None) -> Canvas:
    rgb = scene()[0]
    return Canvas(rgb, np.ones(rgb.shape[:2], np.float32), alpha)


def test_a_portraits_own_alpha_is_kept() -> None:
    _, alpha, hair, face = scene()
    given = canvas(alpha)
    found = separate(given, softly_parsed(alpha, hair), face, face.astype(np.float32))
    assert found.alpha is alpha
    assert found.person is given


def test_without_a_parsing_colours_decide_alone() -> None:
    rgb, _, _, face = scene()
    found = separate(canvas(), None, face, face.astype(np.float32))
    np.testing.assert_array_equal(found.alpha, person_matte(rgb, face, face.astype(np.float32)))


def test_only_half_transparent_pixels_get_other_colours() -> None:
    rgb, alpha, hair, face = scene()
    found = separate(canvas(), softly_parsed(alpha, hair), face, face.astype(np.float32))
    changed = (found.person.rgb != rgb).any(2)
    assert not changed[(found.alpha < 0.005) | (found.alpha > 0.9995)].any()
    soft = (found.alpha > 0.2) & (found.alpha < 0.8)
    assert np.abs(found.person.rgb[soft] - PERSON).mean() < 0.06
