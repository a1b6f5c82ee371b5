"""The outline of the face: where it is, on the head model's own geometry."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from face.avatar import load_avatar
from face.camera import rotation
from face.normals import vertex_normals
from face.rig import HeadRig, load_rig
from runtime.engines.head_outline import SLACK, outline_mask, smooth_normals


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


@pytest.mark.parametrize("yaw", [-0.6, -0.45, -0.3, 0.3, 0.45, 0.6])
def test_a_turned_head_ends_where_an_outline_can_be(rig: HeadRig, yaw: float) -> None:
    """From between the brows down to the chin, the vertex that stands out farthest on the far side."""
    model = rig.model
    face = np.unique(model.triangles["face"])
    lids = np.concatenate([half for loop in model.lids for half in (loop.upper, loop.lower)])
    turned = (model.vertices @ rotation(yaw, 0.0, 0.0).T)[face]
    eyes = np.linalg.norm(model.vertices[face][:, None] - model.vertices[lids][None], axis=2).min(1)
    ends = []
    for height in np.arange(-6.0, 7.0, 0.5):
        beside = np.flatnonzero((np.abs(turned[:, 1] - height) < 0.5) & (eyes > 1.0))
        ends.append(face[beside[(np.sign(yaw) * turned[beside, 0]).argmax()]])
    assert outline_mask(rig)[ends, 1].min() > 0.9


@pytest.mark.parametrize("yaw", [-0.5, -0.3, 0.3, 0.5])
def test_less_its_slack_hardly_a_vertex_at_the_outline_faces_the_camera(rig: HeadRig, yaw: float) -> None:
    """At the edges between a triangle that faces the camera and one that does not, where an outline can be."""
    triangles, mask = rig.model.triangles["face"], outline_mask(rig)[:, 1]
    normals = smooth_normals(vertex_normals(rig.neutral, triangles), triangles)
    first, second, third = np.moveaxis(rig.neutral[triangles], 1, 0)
    facets = np.cross(second - first, third - first)
    view = rotation(yaw, 0.0, 0.0)[2]
    towards = facets @ view > 0
    edge = np.intersect1d(*(np.unique(triangles[side]) for side in (towards, ~towards)))
    edge = edge[mask[edge] > 0.9]
    cosines = normals[edge] @ view
    assert len(edge) > 30
    without = (cosines > 0.02).mean()
    assert without > 0.2
    assert (cosines - SLACK > 0.02).mean() < 0.5 * without
