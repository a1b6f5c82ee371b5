from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from inference.errors import ModelError
from measure.errors import MeasureError
from measure.methods.copy import CopyMethod
from measure.methods.method import METHODS, make_method, models_of


def test_a_method_is_made_by_its_name() -> None:
    with make_method("copy", size=8) as method:
        assert isinstance(method, CopyMethod)
        assert method.name == "copy"


def test_every_name_leads_to_a_module() -> None:
    assert all(find_spec(module) is not None for module in METHODS.values())


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError, match="magic"):
        make_method("magic", size=8)


def test_a_network_is_for_the_method_that_it_is_of(tmp_path: Path) -> None:
    for folder, name in (("a", "retouch"), ("b", "diffusion"), ("c", "diffusion")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "model.toml").write_text(f'name = "{name}"\n')
    models = [tmp_path / "a", tmp_path / "b"]
    found = models_of(["head", "diffusion", "retouch"], models)
    assert found == {"head": None, "diffusion": tmp_path / "b", "retouch": tmp_path / "a"}
    with pytest.raises(MeasureError, match="expected one for each method"):
        models_of(["diffusion"], [tmp_path / "b", tmp_path / "c"])
    with pytest.raises(MeasureError, match=r"holds the network 'diffusion', expected .*: head, retouch"):
        models_of(["head", "retouch"], models)
    with pytest.raises(ModelError, match="expected a folder of omote-train export"):
        models_of(["head"], [tmp_path])
