from __future__ import annotations

import re
from pathlib import Path

import pytest

from inference.errors import ModelError
from runtime.inference.diffusion_model import find_diffusion_model, load_diffusion_model
from runtime.inference.retouch_model import installed_model


def test_without_a_network_the_error_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="omote-train diffusion") as caught:
        load_diffusion_model(tmp_path / "none")
    assert "omote-train export diffusion" in str(caught.value)
    assert "--model FOLDER" in str(caught.value)
    assert "install" not in str(caught.value)  # none comes with Omote


def test_another_networks_folder_is_refused() -> None:
    with pytest.raises(ModelError, match="holds the network 'retouch', expected 'diffusion'"):
        load_diffusion_model(installed_model("retouch"))


def test_the_named_folder_comes_before_the_installed_one(tmp_path: Path) -> None:
    assert find_diffusion_model(str(tmp_path)) == tmp_path
    assert find_diffusion_model("") == installed_model("diffusion")


def test_a_network_of_chunks_or_of_an_odd_size_is_refused(tmp_path: Path) -> None:
    for name in ("torch", "onnx"):
        pytest.importorskip(name, reason="pip install 'omote[torch,export]'")
    from tests.networks.diffusion_models import write_random_diffusion

    path = write_random_diffusion(tmp_path) / "model.toml"
    text = path.read_text()
    for key, value, words in (("chunk", 2, "chunk is 2, this Omote expects 1"), ("side", 48, "no multiple")):
        path.write_text(re.sub(rf"^{key} = \d+", f"{key} = {value}", text, flags=re.M))
        with pytest.raises(ModelError, match=words):
            load_diffusion_model(tmp_path)
    path.write_text(text)
    assert load_diffusion_model(tmp_path).numbers == {
        "side": 64, "grid": 8, "past": 2, "from_draft": 1, "noise_percent": 0,
    }  # fmt: skip
