from __future__ import annotations

import json
from pathlib import Path

import pytest

from training.data_settings import keep_settings
from training.errors import TrainingError

SAME = {"split": "train", "motions": 2, "seed": 0}


def test_a_folder_keeps_the_settings_that_it_was_begun_with(tmp_path: Path) -> None:
    path = tmp_path / "data" / "pairs.json"
    keep_settings(path, SAME)
    keep_settings(path, SAME)
    assert json.loads((path).read_text("utf-8")) == SAME
    with pytest.raises(TrainingError, match=r"begun with .*--motions 2.*, got .*--motions 3"):
        keep_settings(path, SAME | {"motions": 3})
    (path).write_text("{", encoding="utf-8")
    with pytest.raises(TrainingError, match=r"pairs\.json is damaged"):
        keep_settings(path, SAME)


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "pairs").write_text("a file")
    with pytest.raises(TrainingError, match="pairs cannot be written to"):
        keep_settings(tmp_path / "pairs" / "pairs.json", SAME)
