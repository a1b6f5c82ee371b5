from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from face.frame_history import AGES
from inference.errors import ModelError
from runtime.inference.emotion_model import FILTER_FILE, load_emotion_model
from runtime.inference.retouch_model import installed_model

GRAPH = b"a graph"


def write(folder: Path, **changes: object) -> Path:
    """A folder of an emotion filter by hand; `changes` replace numbers of the manifest."""
    folder.mkdir()
    numbers = {"format": 1, "ages": len(AGES), "shapes": 52} | changes
    lines = "".join(f"{key} = {value}\n" for key, value in numbers.items())
    sums = f'"{FILTER_FILE}" = "{hashlib.sha256(GRAPH).hexdigest()}"\n'
    (folder / "model.toml").write_text(f'name = "emotion"\n{lines}[sha256]\n{sums}', encoding="utf-8")
    (folder / FILTER_FILE).write_bytes(GRAPH)
    return folder


def test_the_graph_is_read(tmp_path: Path) -> None:
    assert load_emotion_model(write(tmp_path / "model")).graphs == {FILTER_FILE: GRAPH}


@pytest.mark.parametrize("key", ["ages", "shapes"])
def test_a_network_of_other_inputs_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(ModelError, match=key):
        load_emotion_model(write(tmp_path / "model", **{key: 3}))


def test_a_missing_network_names_the_filter_that_needs_none(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="analytic"):
        load_emotion_model(tmp_path)


def test_the_network_that_comes_with_the_runtime_is_whole_and_small() -> None:
    model = load_emotion_model(installed_model("emotion"))
    assert model.hours > 0.0
    assert len(model.graphs[FILTER_FILE]) <= 2_000_000
