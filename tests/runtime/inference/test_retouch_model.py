from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from face.conditions import CHANNELS_IN, CODE, CONDITION_PX
from inference.errors import ModelError
from runtime.inference.retouch_model import installed_model, load_retouch_model

FILES = {"avatar.onnx": b"first graph", "form.onnx": b"second graph"}


def write(folder: Path, **changes: object) -> Path:
    """A folder of a retouch network by hand; `changes` replace numbers of the manifest."""
    folder.mkdir()
    numbers = {
        "format": 1,
        "channels_in": CHANNELS_IN,
        "condition_px": CONDITION_PX,
        "code": CODE,
        "avatar_code": 24,
    } | changes
    lines = "".join(f"{key} = {value}\n" for key, value in numbers.items())
    sums = "".join(f'"{name}" = "{hashlib.sha256(data).hexdigest()}"\n' for name, data in FILES.items())
    (folder / "model.toml").write_text(f'name = "retouch"\n{lines}[sha256]\n{sums}', encoding="utf-8")
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
    return folder


def test_both_graphs_and_the_size_of_the_avatars_code_are_read(tmp_path: Path) -> None:
    model = load_retouch_model(write(tmp_path / "model"))
    assert model.graphs == FILES
    assert model.numbers["avatar_code"] == 24


@pytest.mark.parametrize("key", ["channels_in", "condition_px", "code"])
def test_a_network_of_other_conditions_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(ModelError, match=f"{key} is 1, this Omote expects"):
        load_retouch_model(write(tmp_path / "model", **{key: 1}))


def test_without_a_network_another_engine_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no model.toml.*--model, or choose --engine head"):
        load_retouch_model(tmp_path)


def test_installed_networks_lie_in_the_package() -> None:
    assert installed_model("retouch").parts[-3:] == ("runtime", "networks", "retouch")
