from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from measure.errors import MeasureError

pytest.importorskip("torch", reason="the judges need torch")

from measure.judges.weight_files import read_tfjs_weights


def write(folder: Path, weights: list[dict[str, object]], content: bytes) -> None:
    group = {"paths": ["model.bin"], "weights": weights}
    (folder / "model-weights_manifest.json").write_text(json.dumps([group]))
    (folder / "model.bin").write_bytes(content)


def test_quantised_and_plain_tensors_are_read_in_order(tmp_path: Path) -> None:
    plain = np.array([1.5, -2.0], "<f4")
    weights = [
        {
            "name": "a",
            "shape": [2, 3],
            "dtype": "float32",
            "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1.0},
        },
        {"name": "b", "shape": [2], "dtype": "float32"},
    ]
    write(tmp_path, weights, bytes([0, 1, 2, 3, 4, 255]) + plain.tobytes())
    found = read_tfjs_weights(tmp_path, "model")
    assert found["a"].tolist() == [[-1.0, -0.5, 0.0], [0.5, 1.0, 126.5]]
    assert found["b"].tolist() == [1.5, -2.0]


def test_files_that_are_missing_cut_off_or_strange_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MeasureError, match="@vladmandic/face-api"):
        read_tfjs_weights(tmp_path, "model")
    write(tmp_path, [{"name": "a", "shape": [4], "dtype": "float32"}], b"\0" * 15)
    with pytest.raises(MeasureError, match="ends at byte 16 of 15"):
        read_tfjs_weights(tmp_path, "model")
    write(tmp_path, [{"name": "a", "shape": [1], "dtype": "string"}], b"\0")
    with pytest.raises(MeasureError, match="cannot be read"):
        read_tfjs_weights(tmp_path, "model")
