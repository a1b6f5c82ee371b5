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
from training.tracker import train as train_module
from training.tracker.batches import TrackerBatch
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


def test_figures_are_named_after_the_pictures_that_they_are_of(
    people: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Disturbed pictures, and they alone, lie behind the figures that say so; a rest is judged by none."""
    is_disturbed: dict[int, bool] = {}
    plain_batch = train_module.plain_batch

    def noted(faces: list, number: int, *, disturbed: bool) -> TrackerBatch:
        batch = plain_batch(faces, number, disturbed=disturbed)
        if not torch.equal(batch.face, plain_batch(faces, number, disturbed=False).face):
            is_disturbed[id(batch)] = True
        return batch

    def share(readings: object, batches: list[TrackerBatch]) -> dict[str, float]:
        found = sum(is_disturbed.get(id(one), False) for one in batches) / len(batches)
        return dict.fromkeys(("rms", "r", "gaze_deg", "pose_deg"), found)

    monkeypatch.setattr(train_module, "plain_batch", noted)
    monkeypatch.setattr(train_module, "judged", share)
    options = TrainOptions(minutes=1.0, batch=4, rate=1e-3, steps=1, judge_every=1e9)
    figures = train_tracker(people[:1], people[1:], tmp_path, options)
    assert (figures["rms"], figures["rms_disturbed"], figures["rms_untold"]) == (0.0, 1.0, 0.0)


def test_a_person_with_too_few_pictures_to_be_judged_by_is_refused(
    people: list[Path], tmp_path: Path
) -> None:
    write_faces(made_faces(0, 4), tmp_path / "few")
    with pytest.raises(TrainingError, match=r"has 4 pictures, expected at least 5"):
        train_tracker(people, [tmp_path / "few"], tmp_path / "run", TrainOptions(minutes=1.0))


def test_without_people_the_command_that_makes_them_is_named(people: list[Path], tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="omote-train faces"):
        train_tracker([], people, tmp_path, TrainOptions(minutes=1.0))
