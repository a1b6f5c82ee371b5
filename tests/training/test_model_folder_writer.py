from __future__ import annotations

from pathlib import Path

import pytest

from inference.model_folder import MAX_BYTES, ModelKind, load_model_folder
from training.errors import TrainingError
from training.model_folder_writer import ModelCard, write_model_folder

KIND = ModelKind("mine", files=("a.onnx", "b.onnx"), sizes={"width": 7}, limits={"code": (1, 9)})


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    graphs = {"a.onnx": b"first", "b.onnx": b"second"}
    card = ModelCard('the "studio\'s" people\n', hours=1.25, is_trial=True)
    write_model_folder(tmp_path / "model", "mine", graphs, {"width": 7, "code": 4}, card)
    read = load_model_folder(tmp_path / "model", KIND)
    assert (read.graphs, read.numbers, read.hours, read.is_trial) == (graphs, {"code": 4}, 1.25, True)
    assert read.trained_on == card.trained_on
    write_model_folder(tmp_path / "model", "mine", graphs, {"width": 7, "code": 5}, ModelCard("", 0.0))
    assert load_model_folder(tmp_path / "model", KIND).numbers == {"code": 5}


def test_a_file_that_would_not_be_read_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"a\.onnx has .* bytes, expected at most"):
        write_model_folder(
            tmp_path / "model", "mine", {"a.onnx": bytes(MAX_BYTES + 1)}, {}, ModelCard("", 0.0)
        )
    assert not (tmp_path / "model").exists()
