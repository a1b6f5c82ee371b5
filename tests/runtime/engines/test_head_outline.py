"""The outline of the face: where it is, on the head model's own geometry."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from face.avatar import load_avatar
from face.rig import HeadRig, load_rig
from runtime.engines.head_outline import outline_mask, smooth_normals


@pytest.fixture(scope="module")
def rig(drawn_avatar: Path) -> HeadRig:
    return load_rig(load_avatar(drawn_avatar))


def test_the_outline_is_at_the_sides_and_not_at_the_nose(rig: HeadRig) -> None:
    mask, model = outline_mask(rig), rig.model
    face = np.unique(model.triangles["face"])
    assert mask.shape == (len(model.vertices), 2)
    assert mask.min() >= 0.0
    assert mask.max() <= 1.0
    nose = face[model.vertices[face][:, 2].argmax()]  # the foremost vertex
    widest = face[np.abs(model.vertices[face][:, 0]).argmax()]
    assert mask[nose].tolist() == [0.0, 0.0]
    assert mask[widest].tolist() == [1.0, 1.0]


def test_only_the_first_column_has_lids_and_lips(rig: HeadRig) -> None:
    mask, model = outline_mask(rig), rig.model
    for loop in (*model.lids, model.lips):
        assert (mask[loop.upper, 0] == 1.0).all()
    assert (mask[model.lips.upper, 1] < 0.5).all()


def test_smoothing_keeps_a_plane_and_levels_a_bump() -> None:
    triangles = np.array([[0, 1, 2], [0, 2, 3], [0, 3, 4], [0, 4, 1]], np.int32)
    plane = np.tile(np.array([0.0, 0.0, 1.0], np.float32), (5, 1))
    assert smooth_normals(plane, triangles) == pytest.approx(plane)
    bumpy = plane.copy()
    bumpy[0] = (0.8, 0.0, 0.6)
    smoothed = smooth_normals(bumpy, triangles)
    assert np.linalg.norm(smoothed, axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    assert smoothed[0, 0] < 0.4
