from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from protocol.blendshapes import BLENDSHAPES
from studio.errors import StudioError
from studio.head.source import PART, FaceSource, read_face_source, tongue_vertices


def shape(source: FaceSource, name: str) -> np.ndarray:
    """Displacements (V, 3) of a shape."""
    k = BLENDSHAPES.index(name)
    rows = slice(source.shape_rows[k], source.shape_rows[k + 1])
    out = np.zeros_like(source.vertices)
    out[source.shape_vertex[rows]] = source.shape_delta[rows]
    return out


def test_arrays_have_the_documented_shapes(head: FaceSource) -> None:
    count, triangles = len(head.vertices), len(head.triangles)
    assert head.identity.shape == (100, count, 3)
    assert head.uv_triangles.shape == (triangles, 3)
    assert head.part.shape == (triangles,)
    assert head.triangles.max() < count
    assert head.uv_triangles.max() < len(head.uv)
    assert head.shape_rows.shape == (53,)
    assert head.shape_rows[-1] == len(head.shape_vertex) == len(head.shape_delta)
    assert head.landmarks.shape == (68,)


def test_every_triangle_has_a_part(head: FaceSource) -> None:
    assert (head.part > 0).all()
    assert sum(len(head.of_part(name)) for name in PART if name != "background") == len(head.triangles)


def test_eyeballs_turn_without_a_shape(ict_source: FaceSource) -> None:
    balls = np.unique(ict_source.of_part("eyeball_left", "eyeball_right"))
    for name in ("eyeLookUpLeft", "eyeLookInRight"):
        moved = shape(ict_source, name)
        assert not moved[balls].any()
        assert moved.any()  # the lids


def test_left_shapes_move_the_subjects_left(ict_source: FaceSource) -> None:
    for name in ("eyeBlinkLeft", "mouthSmileLeft", "browDownLeft"):
        moved = np.linalg.norm(shape(ict_source, name), axis=1)
        assert (moved * ict_source.vertices[:, 0]).sum() > 0.5 * (
            moved * np.abs(ict_source.vertices[:, 0])
        ).sum()


def test_the_tongue_comes_out_forwards_and_its_root_stays(ict_source: FaceSource) -> None:
    tongue = tongue_vertices(ict_source)
    moved = shape(ict_source, "tongueOut")
    assert moved[tongue, 2].max() > 3.0
    assert np.linalg.norm(moved[tongue], axis=1).min() < 0.1
    others = np.setdiff1d(np.arange(len(ict_source.vertices)), tongue)
    assert not moved[others].any()
    assert set(tongue) <= set(np.unique(ict_source.of_part("gums_and_tongue")))


def test_a_missing_or_damaged_file_is_an_error(small_head: Path, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="--ict"):
        read_face_source(tmp_path / "gone.npz")
    damaged = tmp_path / "damaged.npz"
    damaged.write_bytes(small_head.read_bytes()[:4000])
    with pytest.raises(StudioError, match="not a file of ICT-FaceKit's arrays"):
        read_face_source(damaged)


def test_identity_modes_of_another_head_are_an_error(small_head: Path, tmp_path: Path) -> None:
    with np.load(small_head) as arrays:
        changed = {**arrays, "identity": arrays["identity"][:, :-1]}
    np.savez(tmp_path / "other.npz", **changed)
    with pytest.raises(StudioError, match="does not fit vertices"):
        read_face_source(tmp_path / "other.npz")
