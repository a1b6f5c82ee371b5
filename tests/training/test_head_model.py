"""Steps that turn the dense head into the head model, each on geometry with a known answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy")

from training.dense_head import LABEL, DenseHead, read_dense_head
from training.head_model import (
    IDENTITY_MODES,
    boundary_loop,
    decimate,
    halves,
    identity_modes,
    split_atlas,
    write,
)


@pytest.fixture(scope="module")
def head(small_head: Path) -> DenseHead:
    return read_dense_head(small_head)


def ring(n: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """A flat ring between radii 1 and 2 around the origin: vertices (2 n, 3), the inner circle first, and triangles."""
    angle = np.arange(n) * 2 * np.pi / n
    circle = np.stack([np.cos(angle), np.sin(angle), 0 * angle], 1)
    inner, following = np.arange(n), (np.arange(n) + 1) % n
    triangles = np.concatenate(
        [
            np.stack([inner, inner + n, following], 1),
            np.stack([following, inner + n, following + n], 1),
        ]
    )
    return np.concatenate([circle, 2 * circle]).astype(np.float32), triangles.astype(np.int32)


def test_decimation_keeps_places_and_parts_and_meets_the_budget(
    head: DenseHead, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.head_model.SKIN_BUDGET", 1500)
    triangles, labels = decimate(head)
    assert len(triangles) == len(labels) < len(head.triangles)
    for name in ("face", "scalp", "eye_socket", "eyeball_left", "teeth_upper"):
        coarse, dense = triangles[labels == LABEL[name]], head.of_part(name)
        assert set(np.unique(coarse)) <= set(np.unique(dense))
    skin = labels <= LABEL["eye_socket"]
    assert 1400 < len(np.unique(triangles[skin])) <= 1501


def test_the_border_of_the_face_is_doubled_and_its_atlas_fills_the_square(head: DenseHead) -> None:
    face, scalp = LABEL["face"], LABEL["scalp"]
    # two triangles of the face; one of them is said to be scalp, and shares an edge with the other
    first = head.of_part("face")[0]
    second = next(t for t in head.of_part("face")[1:] if len(set(t) & set(first)) == 2)
    kept, triangles, uv = split_atlas(
        head, np.array([first, second], np.int32), np.array([face, scalp], np.int32)
    )
    np.testing.assert_array_equal(kept[triangles], [first, second])
    assert len(kept) == 6
    inside = uv[np.unique(triangles[0])]
    assert ((inside > 0) & (inside < 1)).all()
    assert not uv[np.unique(triangles[1])].any()


def test_modes_of_known_heads_are_orthogonal_and_have_their_spread(head: DenseHead) -> None:
    kept = np.unique(head.of_part("face"))[::3].astype(np.int32)
    mean, modes = identity_modes(head, kept, np.arange(len(kept)))
    assert modes.shape == (IDENTITY_MODES, len(kept), 3)
    assert np.abs(mean - head.vertices[kept]).max() < 0.2
    flat = modes.reshape(len(modes), -1).astype(np.float64)
    gram = flat @ flat.T
    assert np.abs(gram - np.diag(np.diag(gram))).max() < 1e-3 * gram[0, 0]
    # the modes together spread as much as the source's own identity modes
    own = np.square(head.identity[:, kept], dtype=np.float64).sum()
    assert np.trace(gram) == pytest.approx(own, rel=0.1)


def test_a_ring_has_two_borders_and_the_nearer_is_chosen() -> None:
    vertices, triangles = ring()
    vertices[12:, 0] += 0.4  # the outer border's centre moves to x = 0.4
    inner = boundary_loop(triangles, (0.0, 0.0), vertices)
    outer = boundary_loop(triangles, (0.5, 0.0), vertices)
    assert sorted(inner) == list(range(12))
    assert sorted(outer) == list(range(12, 24))
    assert set(np.abs(np.diff(inner))) <= {1, 11}


def test_halves_run_from_left_to_right_above_and_below() -> None:
    vertices, _ = ring()
    upper, lower = halves(np.arange(12, dtype=np.int32), vertices)
    assert upper.tolist() == [6, 5, 4, 3, 2, 1, 0]
    assert lower.tolist() == [6, 7, 8, 9, 10, 11, 0]


def test_a_written_model_is_within_half_a_step(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    loop = (np.array([0, 1], np.int32), np.array([0, 2, 1], np.int32))
    model = {
        "vertices": random.normal(size=(5, 3)).astype(np.float32),
        "triangles": np.array([(0, 1, 2), (2, 3, 4)]),
        "labels": np.array([0, 3]),
        "uv": random.random((5, 2), np.float32),
        "identity": random.normal(size=(2, 5, 3)),
        "expression": random.normal(size=(52, 5, 3)),
        "lids_left": loop,
        "lids_right": loop,
        "lips": loop,
    }
    write(model, tmp_path / "head.npz")
    with np.load(tmp_path / "head.npz", allow_pickle=False) as data:
        assert data["identity"].dtype == np.int16
        np.testing.assert_allclose(data["identity"] * data["step"], model["identity"], atol=2.6e-4)
        np.testing.assert_array_equal(data["lips_lower"], loop[1])
