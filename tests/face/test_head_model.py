from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from face.head_model import load_head_model
from face.normals import vertex_normals
from protocol.blendshapes import BLENDSHAPES, INDEX, mirrored

MODEL = load_head_model()
FACE = np.unique(MODEL.triangles["face"])
FLIP = np.array([-1, 1, 1], np.float32)


def test_every_array_has_its_stated_shape() -> None:
    count = len(MODEL.vertices)
    assert MODEL.vertices.shape == (count, 3)
    assert MODEL.identity.shape[1:] == (count, 3)
    assert MODEL.expression.shape == (52, count, 3)
    assert MODEL.uv.shape == (count, 2)
    assert all(t.shape[1:] == (3,) for t in MODEL.triangles.values())
    assert all(np.isfinite(a).all() for a in (MODEL.vertices, MODEL.identity, MODEL.expression, MODEL.uv))


def test_triangles_name_vertices_and_have_three_corners() -> None:
    for triangles in MODEL.triangles.values():
        assert triangles.min() >= 0
        assert triangles.max() < len(MODEL.vertices)
        assert (triangles[:, 0] != triangles[:, 1]).all()
        assert (triangles[:, 1] != triangles[:, 2]).all()
        assert (triangles[:, 2] != triangles[:, 0]).all()


def test_the_face_looks_out_of_the_picture() -> None:
    nose = FACE[MODEL.vertices[FACE, 2].argmax()]
    assert vertex_normals(MODEL.vertices, MODEL.triangles["face"])[nose, 2] > 0.5


def twins() -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Face vertices and the vertices at their mirrored atlas coordinates, where there is one."""
    uv = MODEL.uv[FACE]
    gap, nearest = cKDTree(uv).query(uv * (-1, 1) + (1, 0))
    return FACE[gap < 1e-4], FACE[nearest[gap < 1e-4]]


def test_nearly_every_vertex_has_a_mirror_image() -> None:
    ours, theirs = twins()
    assert len(ours) > 0.99 * len(FACE)
    gap = np.abs(MODEL.vertices[ours] - MODEL.vertices[theirs] * FLIP).max(1)
    assert gap.max() < 0.02  # the mean of sampled people is not quite even


@pytest.mark.parametrize("name", [name for name in BLENDSHAPES if name.endswith("Left")])
def test_a_left_shape_is_the_right_ones_mirror_image(name: str) -> None:
    ours, theirs = twins()
    left = MODEL.expression[INDEX[name]][ours]
    right = MODEL.expression[INDEX[mirrored(name)]][theirs] * FLIP
    assert np.abs(left - right).max() < 0.1


@pytest.mark.parametrize("name", ["eyeBlinkLeft", "mouthSmileLeft", "browDownLeft", "cheekSquintLeft"])
def test_a_left_shape_moves_the_subjects_left(name: str) -> None:
    size = np.linalg.norm(MODEL.expression[INDEX[name]][FACE], axis=1)
    assert MODEL.vertices[FACE[size.argmax()], 0] > 0.5
    assert size[MODEL.vertices[FACE, 0] < -2].max() < 0.2 * size.max()


@pytest.mark.parametrize(
    ("name", "axis", "sign"),
    [
        ("jawOpen", 1, -1),
        ("eyeBlinkLeft", 1, -1),
        ("browInnerUp", 1, 1),
        ("jawForward", 2, 1),
        ("tongueOut", 2, 1),
    ],
)
def test_a_shape_moves_the_way_it_is_named(name: str, axis: int, sign: int) -> None:
    moves = MODEL.expression[INDEX[name]][:, axis]
    assert sign * moves[np.abs(moves).argmax()] > 0.5


def test_every_shape_but_sideways_looks_moves_something() -> None:
    still = [
        name for name, shape in zip(BLENDSHAPES, MODEL.expression, strict=True) if np.abs(shape).max() < 0.05
    ]
    assert all(name.startswith(("eyeLookIn", "eyeLookOut")) for name in still)


def test_no_shape_moves_the_eyeballs() -> None:
    balls = np.concatenate([MODEL.eyeball(0), MODEL.eyeball(1)])
    assert np.abs(MODEL.expression[:, balls]).max() < 0.02


def test_sides_are_the_subjects() -> None:
    assert MODEL.eye_centre(MODEL.vertices, 0)[0] > 2
    assert MODEL.eye_centre(MODEL.vertices, 1)[0] < -2
    assert MODEL.vertices[MODEL.lids[0].upper, 0].min() > 0


def test_loops_run_from_one_corner_to_the_other() -> None:
    for loop in (*MODEL.lids, MODEL.lips):
        assert loop.upper[0] == loop.lower[0]
        assert loop.upper[-1] == loop.lower[-1]
        assert MODEL.vertices[loop.upper, 1].mean() > MODEL.vertices[loop.lower, 1].mean()
        assert MODEL.vertices[loop.upper[0], 0] < MODEL.vertices[loop.upper[-1], 0]


def test_the_atlas_does_not_fold() -> None:
    uv = MODEL.uv
    assert uv.min() >= 0
    assert uv.max() <= 1
    a, b, c = (uv[MODEL.triangles["face"][:, k]].astype(np.float64) for k in range(3))
    area = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    assert (area > 0).mean() > 0.995


def test_shape_and_expressed_are_linear() -> None:
    rng = np.random.default_rng(3)
    one, other = rng.normal(size=(2, 12)).astype(np.float32)
    both = MODEL.shape(one) + MODEL.shape(other) - MODEL.vertices
    assert np.allclose(MODEL.shape(one + other), both, atol=1e-3)
    weights = rng.random(52).astype(np.float32)
    by_hand = MODEL.vertices.copy()
    for weight, shape in zip(weights, MODEL.expression, strict=True):
        by_hand += weight * shape
    assert np.allclose(MODEL.expressed(MODEL.vertices, weights), by_hand, atol=1e-3)


def test_identity_modes_come_strongest_first() -> None:
    size = np.linalg.norm(MODEL.identity[:, FACE].reshape(len(MODEL.identity), -1), axis=1)
    assert size[0] == size.max()
    assert size[:10].mean() > 3 * size[-10:].mean()
