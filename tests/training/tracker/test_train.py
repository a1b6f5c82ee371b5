"""Training on a few drawn faces: it learns, resumes exactly, and its weights become a model folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from tests.made_faces import made_faces
from training.errors import TrainingError
from training.loop import WEIGHTS, TrainOptions
from training.run_log import LOG
from training.tracker.face_pictures import write_faces
from training.tracker.train import train_tracker


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    place = tmp_path_factory.mktemp("faces")
    folders = [place / f"p{k:06d}" for k in range(2)]
    for k, folder in enumerate(folders):
        write_faces(made_faces(k, 6), folder)
    return folders


def trained(people: list[Path], run: Path, steps: int, *, resume: bool = False) -> dict[str, torch.Tensor]:
    options = TrainOptions(minutes=1.0, batch=4, rate=1e-3, steps=steps, judge_every=1e9)
    figures = train_tracker(people[:1], people[1:], run, options, resume=resume)
    assert {
        "rms",
        "r",
        "gaze_deg",
        "pose_deg",
        "landmarks_px",
        "rms_disturbed",
        "rms_untold",
    } <= figures.keys()
    return torch.load(run / WEIGHTS, weights_only=True)


def test_a_resumed_run_ends_as_one_that_was_not_interrupted(people: list[Path], tmp_path: Path) -> None:
    """The checkpoint is that of the constant phase, so the runs are of four steps in all."""
    whole = trained(people, tmp_path / "whole", 6)
    trained(people, tmp_path / "parts", 6)
    (row, *_) = [json.loads(line) for line in (tmp_path / "parts" / LOG).read_text().splitlines()]
    assert row["step"] == 6
    again = trained(people, tmp_path / "parts", 6, resume=True)
    for name, value in whole.items():
        torch.testing.assert_close(again[name], value, msg=name)


def test_without_people_the_command_that_makes_them_is_named(people: list[Path], tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="omote-train faces"):
        train_tracker([], people, tmp_path, TrainOptions(minutes=1.0))
