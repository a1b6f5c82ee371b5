"""Training on a few drawn faces: it learns, resumes exactly, and its weights become a model folder that finds."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from tests.made_faces import made_faces
from training.errors import TrainingError
from training.finder import train as train_module
from training.finder.train import train_finder
from training.loop import WEIGHTS, TrainOptions
from training.tracker.face_pictures import write_faces


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    place = tmp_path_factory.mktemp("faces")
    folders = [place / f"p{k:06d}" for k in range(2)]
    for k, folder in enumerate(folders):
        write_faces(made_faces(k, 3), folder)
    return folders


def trained(people: list[Path], run: Path, steps: int, *, resume: bool = False) -> dict[str, torch.Tensor]:
    options = TrainOptions(minutes=1.0, batch=4, rate=1e-3, steps=steps, judge_every=1e9)
    figures = train_finder(people[:1], people[1:], run, options, resume=resume)
    assert {"found", "alarms", "place_units", "scale", "tilt_deg"} <= figures.keys()
    return torch.load(run / WEIGHTS, weights_only=True)


def test_a_resumed_run_ends_as_one_that_was_not_interrupted(
    people: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checkpoint is that of the constant phase, so the runs are of four steps in all."""
    monkeypatch.setattr(train_module, "JUDGED", 8)
    whole = trained(people, tmp_path / "whole", 6)
    trained(people, tmp_path / "parts", 6)
    again = trained(people, tmp_path / "parts", 6, resume=True)
    for name, value in whole.items():
        torch.testing.assert_close(again[name], value, msg=name)


def test_without_people_the_command_that_draws_them_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="omote-train faces"):
        train_finder([], [], tmp_path, TrainOptions(minutes=1.0))
