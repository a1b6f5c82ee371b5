from __future__ import annotations

import numpy as np
import pytest

from face.avatar import load_avatar
from face.rig import HeadRig, load_rig
from protocol.blendshapes import INDEX
from runtime.avatars.builtin import builtin_avatars
from runtime.engines.lash_line import WIDTH, lash_line


@pytest.fixture(scope="module")
def rig() -> HeadRig:
    return load_rig(load_avatar(builtin_avatars()["ines"]))


def shut_eye(rig: HeadRig, side: int) -> np.ndarray:
    """The head's vertices with one eye shut, by the model itself."""
    weights = np.zeros(52, np.float32)
    weights[INDEX[("eyeBlinkLeft", "eyeBlinkRight")[side]]] = 1.0
    shut = rig.model.expressed(rig.neutral, weights)
    shut[rig.lid_vertices[side]] += rig.lid_closing[side]
    return shut


@pytest.mark.parametrize("side", [0, 1])
def test_the_distance_is_that_above_the_lower_lid_of_a_shut_eye(rig: HeadRig, side: int) -> None:
    shut, made = shut_eye(rig, side), lash_line(rig)
    lower = shut[rig.model.lids[side].lower]
    width = np.ptp(lower[:, 0])
    near = np.flatnonzero((made[:, 3] < 100) & ((shut[:, 0] > 0) == (side == 0)))
    middle = near[np.abs(shut[near, 0] - lower[:, 0].mean()) < 0.1 * width]
    assert len(middle) > 5
    for vertex in middle:
        x, y = shut[vertex, :2]
        above = y - np.interp(x, *lower[np.argsort(lower[:, 0])][:, :2].T)
        # the ends' share is small in the middle
        assert made[vertex, 3] == pytest.approx(max(above, 0.0) / (WIDTH * width), abs=0.3)


def test_the_line_ends_at_the_corners_and_no_lower_lid_has_one(rig: HeadRig) -> None:
    made = lash_line(rig)
    for side, lids in enumerate(rig.model.lids):
        assert (made[lids.lower[2:-2], 3] > 1).all()
        corners = lids.upper[[0, -1]]
        inner, outer = corners if side == 0 else corners[::-1]
        assert made[inner, 3] > 1.0
        assert made[outer, 3] > 0.5


@pytest.mark.parametrize("side", [0, 1])
def test_the_skin_below_a_shut_eye_knows_how_far_it_is_from_the_line(rig: HeadRig, side: int) -> None:
    """Lashes lie on it; the brow is far."""
    shut, made = shut_eye(rig, side), lash_line(rig)
    lower = shut[rig.model.lids[side].lower]
    line = lower[np.argsort(lower[:, 0])][:, :2]
    width = np.ptp(lower[:, 0])
    face = np.unique(rig.model.triangles["face"])
    below = np.interp(shut[face, 0], *line.T) - shut[face, 1]
    falls = (
        rig.neutral[face, 1] - shut[face, 1] > 0.02 * width
    )  # an upper lid, whose rim hangs over the lower one's
    near = face[~falls & (below > 0.02 * width) & (np.abs(shut[face, 0] - line[:, 0].mean()) < 0.1 * width)]
    assert len(near) > 5
    wanted = (np.interp(shut[near, 0], *line.T) - shut[near, 1]) / (WIDTH * width)
    assert made[near, 4] == pytest.approx(wanted, abs=0.3)  # the ends' share is small in the middle
    brow = face[below < -0.5 * width]
    assert made[brow, 4].min() > 5


def test_colours_are_those_of_the_lids_own_edges(rig: HeadRig) -> None:
    made = lash_line(rig)
    for side, lids in enumerate(rig.model.lids):
        on_side = (made[:, 3] < 100) & ((rig.neutral[:, 0] > 0) == (side == 0))
        wanted = rig.lid_paint[lids.upper, :3].mean(0)
        assert np.abs(made[on_side, :3] - wanted).max() < 1e-6
