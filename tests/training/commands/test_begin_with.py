"""--begin-with: what it names, and what it contradicts."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

import pytest

from bridge.devices.voice_network import installed_voice, load_voice_model
from inference.errors import ModelError
from training.commands.begin_with import add_begin_with, model_to_begin_with
from training.errors import TrainingError


def parser() -> ArgumentParser:
    made = ArgumentParser()
    made.add_argument("--resume", action="store_true")
    add_begin_with(made, installed_voice())
    return made


def test_shipped_is_the_network_that_comes_with_omote() -> None:
    options = parser().parse_args(["--begin-with", "shipped"])
    model = model_to_begin_with(options, load_voice_model)
    assert model is not None
    assert model.path == installed_voice()


def test_without_the_option_weights_are_random() -> None:
    assert model_to_begin_with(parser().parse_args([]), load_voice_model) is None


def test_a_checkpoint_has_weights_of_its_own() -> None:
    options = parser().parse_args(["--begin-with", "shipped", "--resume"])
    with pytest.raises(TrainingError, match="exclude each other"):
        model_to_begin_with(options, load_voice_model)


def test_a_folder_without_a_network_is_refused(tmp_path: Path) -> None:
    options = parser().parse_args(["--begin-with", str(tmp_path)])
    with pytest.raises(ModelError):
        model_to_begin_with(options, load_voice_model)
