from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from face.vertex_features import FEATURES
from inference.errors import ModelError
from runtime.inference.personal_model import BASIS_FILE, load_personal_model
from runtime.inference.retouch_model import installed_model

GRAPH = b"a graph"


def write(folder: Path, **changes: object) -> Path:
    """A folder of a personal head's network by hand; `changes` replace numbers of the manifest."""
    folder.mkdir()
    numbers = {"format": 1, "features": FEATURES, "shapes": 52} | changes
    lines = "".join(f"{key} = {value}\n" for key, value in numbers.items())
    sums = f'"{BASIS_FILE}" = "{hashlib.sha256(GRAPH).hexdigest()}"\n'
    (folder / "model.toml").write_text(f'name = "personal"\n{lines}[sha256]\n{sums}', encoding="utf-8")
    (folder / BASIS_FILE).write_bytes(GRAPH)
    return folder


def test_the_graph_is_read(tmp_path: Path) -> None:
    assert load_personal_model(write(tmp_path / "model")).graphs == {BASIS_FILE: GRAPH}


@pytest.mark.parametrize("key", ["features", "shapes"])
def test_a_network_of_other_inputs_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(ModelError, match=key):
        load_personal_model(write(tmp_path / "model", **{key: 3}))


def test_a_missing_network_says_how_to_do_without(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="remove personal"):
        load_personal_model(tmp_path)


def test_the_network_that_comes_with_the_runtime_is_whole_and_small() -> None:
    model = load_personal_model(installed_model("personal"))
    assert model.hours > 0.0
    assert len(model.graphs[BASIS_FILE]) <= 1_000_000
