"""`omote-train convert` says what is missing before it computes anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.weight_search import VARIABLE
from training.commands.convert import checkpoints
from training.errors import TrainingError

NAMES = (
    "appearance_feature_extractor",
    "motion_extractor",
    "warping_module",
    "spade_generator",
    "stitching_retargeting_module",
)


@pytest.fixture(autouse=True)
def no_weights_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.setenv(VARIABLE, str(tmp_path / "own"))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("ending", [".pth", ".safetensors"])
def test_both_kinds_are_found_in_one_folder(tmp_path: Path, ending: str) -> None:
    for name in NAMES:
        (tmp_path / f"{name}{ending}").touch()
    found = checkpoints(tmp_path)
    assert {path.name for path in found.files.values()} == {f"{name}{ending}" for name in NAMES}


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "motion_extractor.pth").touch()
    with pytest.raises(TrainingError, match=r"lacks .*base_models/warping_module\.pth.*copy them there"):
        checkpoints(tmp_path)


def test_nothing_is_here() -> None:
    with pytest.raises(TrainingError, match="the usual places: no LivePortrait checkpoints; omote weights"):
        checkpoints(None)
