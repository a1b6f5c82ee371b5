from __future__ import annotations

from importlib.util import find_spec

import pytest

from measure.methods.copy import CopyMethod
from measure.methods.method import METHODS, make_method


def test_a_method_is_made_by_its_name() -> None:
    with make_method("copy", size=8) as method:
        assert isinstance(method, CopyMethod)
        assert method.name == "copy"


def test_every_name_leads_to_a_module() -> None:
    assert all(find_spec(module) is not None for module in METHODS.values())


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError, match="magic"):
        make_method("magic", size=8)
