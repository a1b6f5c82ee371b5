"""Engines by name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from inference.errors import ModelError
from runtime.engines import ENGINES, make_engine
from runtime.errors import ConfigError
from runtime.inference.settings import NeuralSettings

ROOT = Path(__file__).resolve().parents[3]


def test_an_engine_has_the_name_of_its_key() -> None:
    assert {"null", "head"} <= set(ENGINES)
    engine = make_engine("null", 80)
    assert engine.name == "null"
    engine.close()


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="'warp'; choose one of null, head, retouch"):
        make_engine("warp")


def test_an_engine_whose_network_is_missing_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there is no retouch network"):
        make_engine("retouch", 128, NeuralSettings(model=str(tmp_path)))


def test_only_the_chosen_engine_is_imported() -> None:
    code = (
        "import sys; from runtime.engines import make_engine; make_engine('null', 80); "
        "print(*(name for name in ('moderngl', 'runtime.engines.head') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
