"""Weights from an avatar's folder are checked before anything is built of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from face.errors import AvatarError
from runtime.tha.weights import SHAPES, load_weights

ZEROS = {name: np.zeros(shape, np.float32) for name, shape in SHAPES.items()}


def written(path: Path, **changed: np.ndarray | None) -> Path:
    arrays = {name: changed.get(name.replace(".", "_"), array) for name, array in ZEROS.items()}
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    return path


def test_the_number_of_weights_is_the_published_one() -> None:
    counts = {part: sum(a.size for n, a in ZEROS.items() if n.startswith(part)) for part in ("face", "body")}
    assert counts == {"face": 121_476, "body": 331_567}


def test_whole_weights_are_read(tmp_path: Path) -> None:
    assert list(load_weights(written(tmp_path / "w.npz"))) == list(SHAPES)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (None, r"face.3.bias is nothing, expected float32 of the shape \(128,\)"),
        (np.zeros(127, np.float32), r"float32 of the shape \(127,\), expected"),
        (np.zeros(128), r"float64 of the shape \(128,\), expected float32"),
        (np.full(128, np.inf, np.float32), "not finite"),
    ],
)
def test_another_array_is_refused(tmp_path: Path, array: np.ndarray | None, message: str) -> None:
    with pytest.raises(AvatarError, match=message):
        load_weights(written(tmp_path / "w.npz", face_3_bias=array))


def test_a_file_that_is_no_npz_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w.npz").write_bytes(b"no")
    with pytest.raises(AvatarError, match="import the character again"):
        load_weights(tmp_path / "w.npz")
