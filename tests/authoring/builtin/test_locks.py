from __future__ import annotations

import numpy as np
import pytest

from authoring.builtin.locks import STEPS, Shell, cap, lock, on_ellipsoid

SHELL = Shell(middle=(0, 1, 2), half=(3, 4, 5), part=(0, 0), swell=0)


def test_the_shell_is_an_ellipsoid_from_its_top_to_its_widest_circumference() -> None:
    turn, fall = np.meshgrid(np.linspace(0, 2 * np.pi, 9), np.array([0.0, 1.0]))
    points, outward = on_ellipsoid(SHELL, turn, fall, np.zeros_like(turn))
    assert points[0] == pytest.approx(np.tile([0, 5, 2], (9, 1)))
    x, y, z = points[1].T
    assert (x / 3) ** 2 + ((z - 2) / 5) ** 2 == pytest.approx(np.ones(9))
    assert y == pytest.approx(np.ones(9))
    assert np.linalg.norm(outward, axis=-1) == pytest.approx(np.ones((2, 9)))


def test_lift_moves_outwards_and_beyond_the_circumference_hair_falls_straight_down() -> None:
    at = (np.array([0.5]), np.array([1.4]))
    low, out = on_ellipsoid(SHELL, *at, np.zeros(1))
    assert on_ellipsoid(SHELL, *at, np.full(1, 0.7))[0] == pytest.approx(low + 0.7 * out)
    assert low[0, 1] == pytest.approx(1 - 4 * 0.4 * np.pi / 2)


def test_a_lock_ends_in_a_point_and_knows_where_its_root_is() -> None:
    made = lock(SHELL, (0.2, 0.6), (0.1, 1.2), wide=0.5, lift=(0.1, 0.2), tone=0.3)
    rows = made.vertices.reshape(STEPS, -1, 3)
    widths = np.linalg.norm(rows[:, 0] - rows[:, -1], axis=1)
    assert widths.max() < 1.01
    assert widths[-1] < 0.1 * widths.max()
    assert made.across.reshape(STEPS, -1, 2)[:, 0, 1].tolist() == pytest.approx(
        np.linspace(0, 1, STEPS).tolist()
    )
    assert rows[0, :, 1].min() > rows[-1, :, 1].max()


def test_the_cap_ends_at_its_hem() -> None:
    made = cap(SHELL, lambda turn: 1.3 if np.sin(turn) < 0 else 0.6)
    low = made.vertices[made.vertices[:, 2] < 0, 1].min()
    front = made.vertices[made.vertices[:, 2] > 4, 1].min()
    assert low < 1.0 < front
