from __future__ import annotations

import numpy as np

from protocol.blendshapes import INDEX
from training.personal.expressions import acted_expressions


def test_expressions_are_coefficients_and_the_same_for_a_seed() -> None:
    made = acted_expressions(3, 60)
    assert made.shape == (60, 52)
    assert made.dtype == np.float32
    assert made.min() >= 0.0
    assert made.max() <= 1.0
    np.testing.assert_array_equal(acted_expressions(3, 60), made)
    assert np.abs(acted_expressions(4, 60) - made).max() > 0.3


def test_faces_speak_and_mixtures_reach_what_nobody_acts() -> None:
    made = acted_expressions(0, 120)
    assert made[:, INDEX["jawOpen"]].max() > 0.15
    assert made[:, INDEX["cheekPuff"]].max() > 0.2
    assert (made > 0.02).sum(1).max() < 45  # never all at once
