from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studio.__main__ import main
from studio.commands.ict_import import LANDMARKS, PART_RANGES, import_facekit
from studio.errors import StudioError
from studio.head.source import read_face_source


def write_obj(path: Path, vertices: np.ndarray, surface: str = "") -> None:
    path.write_text("# head\n" + "".join(f"v {x:.8f} {y:.8f} {z:.8f}\n" for x, y, z in vertices) + surface)


@pytest.fixture(scope="module")
def clone(small_head: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small head, as ICT-FaceKit's repository would hold it."""
    folder = tmp_path_factory.mktemp("clone") / "FaceXModel"
    folder.mkdir()
    with np.load(small_head) as head:
        surface = "".join(f"vt {u:.7f} {v:.7f}\n" for u, v in head["uv"])
        for vertex, uv in zip(head["triangles"] + 1, head["uv_triangles"] + 1, strict=True):
            surface += "f " + " ".join(f"{a}/{b}/1" for a, b in zip(vertex, uv, strict=True)) + "\n"
        write_obj(folder / "generic_neutral_mesh.obj", head["vertices"], surface)
        for number, mode in enumerate(head["identity"].astype(float)):
            write_obj(folder / f"identity{number:03}.obj", head["vertices"] + mode)
        offset = head["expression_offset"]
        for k, name in enumerate(head["expression_names"]):
            moved = head["vertices"].astype(float)
            rows = slice(offset[k], offset[k + 1])
            moved[head["expression_index"][rows]] += head["expression_delta"][rows]
            write_obj(folder / f"{name}.obj", moved)
    return folder.parent


def test_importing_a_clone_gives_its_arrays(clone: Path, small_head: Path) -> None:
    with np.load(small_head) as head:
        ranges = {
            str(name): tuple(r)
            for name, r in zip(head["part_names"], head["part_ranges"].tolist(), strict=True)
        }
        made = import_facekit(clone, part_ranges=ranges, landmarks=head["landmarks_multipie68"])
        np.testing.assert_allclose(made["vertices"], head["vertices"], atol=1e-6)
        np.testing.assert_allclose(made["uv"], head["uv"], atol=1e-6)
        np.testing.assert_array_equal(made["triangles"], head["triangles"])
        np.testing.assert_array_equal(made["uv_triangles"], head["uv_triangles"])
        np.testing.assert_allclose(made["identity"], head["identity"], atol=1e-3)
        assert set(made["expression_names"]) == set(head["expression_names"])


def test_the_studio_reads_the_imported_arrays(clone: Path, small_head: Path, tmp_path: Path) -> None:
    with np.load(small_head) as head:
        ranges = {
            str(name): tuple(r)
            for name, r in zip(head["part_names"], head["part_ranges"].tolist(), strict=True)
        }
        made = import_facekit(clone, part_ranges=ranges, landmarks=head["landmarks_multipie68"])
    np.savez(tmp_path / "made.npz", **made)
    ours, theirs = read_face_source(tmp_path / "made.npz"), read_face_source(small_head)
    dense = []
    for source in (ours, theirs):
        shapes = np.zeros((52, *source.vertices.shape))
        for k in range(52):
            rows = slice(source.shape_rows[k], source.shape_rows[k + 1])
            shapes[k, source.shape_vertex[rows]] = source.shape_delta[rows]
        dense.append(shapes)
    np.testing.assert_allclose(*dense, atol=2e-5)


def test_polygons_are_triangulated_as_fans(tmp_path: Path) -> None:
    from studio.commands.ict_import import _read_surface

    (tmp_path / "a.obj").write_text("vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nf 1/1 2/2 3/3 4/4\n")
    uv, triangles, uv_triangles = _read_surface(tmp_path / "a.obj")
    assert uv.shape == (4, 2)
    assert triangles.tolist() == uv_triangles.tolist() == [[0, 1, 2], [0, 2, 3]]


def test_ranges_and_landmarks_equal_those_of_the_imported_arrays(ict_head: Path) -> None:
    with np.load(ict_head) as head:
        assert (
            dict(zip(head["part_names"].tolist(), map(tuple, head["part_ranges"].tolist()), strict=True))
            == PART_RANGES
        )
        assert head["landmarks_multipie68"].tolist() == list(LANDMARKS)


def test_a_folder_without_a_clone_is_an_error(
    tmp_path: Path, clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(tmp_path), "-o", str(tmp_path / "a.npz")]) == 1
    assert "generic_neutral_mesh.obj" in capsys.readouterr().err
    with pytest.raises(StudioError, match="26719"):
        import_facekit(clone)  # a head of other vertices than ICT-FaceKit's
    assert not list(tmp_path.glob("a.npz*"))
