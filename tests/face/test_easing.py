from __future__ import annotations

import numpy as np
import pytest

from face.easing import ease_in_out, smoothstep


def test_the_curve_ends_level_and_is_steepest_in_the_middle() -> None:
    share = np.linspace(0.0, 1.0, 1001)
    slope = np.gradient(ease_in_out(share), share)
    assert slope[[0, -1]] == pytest.approx([0.0, 0.0], abs=4e-3)
    assert slope.argmax() == 500
    assert slope.max() == pytest.approx(1.5, abs=1e-4)


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0.0), (0.25, 0.15625), (0.5, 0.5), (1.0, 1.0)])
def test_a_float_and_an_array_give_the_same(share: float, expected: float) -> None:
    assert ease_in_out(share) == expected
    assert isinstance(ease_in_out(share), float)
    assert ease_in_out(np.array([share], np.float32)).tolist() == [expected]


def test_a_step_is_flat_beyond_its_edges() -> None:
    step = smoothstep(2.0, 4.0, np.array([-9.0, 2.0, 3.0, 4.0, 9.0]))
    assert step.dtype == np.float32
    assert step.tolist() == [0.0, 0.0, 0.5, 1.0, 1.0]


def test_a_low_edge_above_the_high_one_falls() -> None:
    x = np.linspace(-1.0, 3.0, 50)
    np.testing.assert_allclose(smoothstep(2.0, 0.0, x), 1.0 - smoothstep(0.0, 2.0, x), atol=1e-6)
