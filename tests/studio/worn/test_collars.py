from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from studio.head.head_space import HeadSpace
from studio.worn.collars import buttoned, drawstrings, folded_collar, hood, lapels, rolled_collar
from studio.worn.mesh import BUTTON, CLOTH, RIBBED, TRIM, WornMesh
from studio.worn.torso import MIDDLE, Torso

ANGLE = np.linspace(-np.pi, np.pi, 61)


@pytest.fixture(scope="module")
def torso(ict_space: HeadSpace) -> Torso:
    return Torso(ict_space, shoulders=18.0)


def neckline(height: float = -11.5, radius: float = 6.5) -> np.ndarray:
    """(61, 3) a level ring around the neck."""
    return np.stack([radius * np.sin(ANGLE), np.full(61, height), radius * np.cos(ANGLE) - 1.5], 1)


def is_symmetric(mesh: WornMesh, gap: float) -> bool:
    mirrored = mesh.position * (-1, 1, 1)
    return bool(np.linalg.norm(mesh.position[:, None] - mirrored[None], axis=2).min(1).max() < gap)


@pytest.mark.parametrize("make", [folded_collar, lapels])
def test_collars_are_symmetric(torso: Torso, make: object) -> None:
    mesh = make(torso, neckline(), ANGLE)  # type: ignore[operator]
    assert is_symmetric(mesh, 0.3)
    assert (mesh.kind == CLOTH).all()


def test_a_rolled_collar_stands_around_the_neck_and_folds_outwards() -> None:
    mesh = rolled_collar(neckline(), ANGLE)
    rows = mesh.position.reshape(11, 61, 3)
    assert np.allclose(rows[:, 0], rows[:, -1], atol=1e-5)  # closed behind
    radius = np.hypot(rows[..., 0], rows[..., 2] + 1.5).mean(1)
    height = rows[..., 1].mean(1)
    assert height.argmax() not in (0, 10)
    assert radius[height.argmin()] > 6.5 > radius[0]
    assert (mesh.kind == RIBBED).all()


def test_a_hood_is_thicker_behind_than_in_front(torso: Torso) -> None:
    rows = hood(torso, neckline(), ANGLE).position.reshape(9, 61, 3)
    reach = np.linalg.norm(np.ptp(rows, axis=0), axis=1)
    assert reach[[0, -1]].min() > 1.5 * reach[30]


def test_strings_and_buttons_lie_on_the_chest(torso: Torso) -> None:
    strings, front = drawstrings(torso), buttoned(torso)
    assert (strings.kind == TRIM).all()
    buttons = front.position[front.kind == BUTTON]
    for place, margin in ((strings.position, 0.6), (buttons, 0.8)):
        away = place - MIDDLE
        distance = np.linalg.norm(away, axis=1)
        surface, _ = torso.surface(away / distance[:, None])
        above = distance - np.linalg.norm(surface - MIDDLE, axis=1)
        assert above.min() > -0.5
        assert above.max() < margin
    assert len(np.unique(np.round(buttons[:, 1] / 4.2))) == 3
