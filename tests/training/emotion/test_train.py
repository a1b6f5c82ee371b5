"""A few steps on two movers: every recipe learns, resumes exactly, and can be read, measured and exported."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from training.emotion.recipe import PARTS, EmotionRecipe
from training.emotion.takes import Takes, load_takes
from training.emotion.train import train_emotion
from training.emotion.trained import read_run
from training.errors import TrainingError
from training.loop import WEIGHTS, TrainOptions
from training.run_log import LOG


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> Takes:
    return load_takes(tmp_path_factory.mktemp("takes") / "takes.npz", range(2), seconds=4.0)


def trained(
    takes: Takes, run: Path, steps: int, without: str = "", *, resume: bool = False, rate: float = 2e-3
) -> dict[str, torch.Tensor]:
    options = TrainOptions(minutes=1.0, batch=32, rate=rate, steps=steps, judge_every=1e9)
    recipe = EmotionRecipe(without, encoder_steps=30)
    figures = train_emotion(takes, takes, run, recipe, options, resume=resume)
    assert {"lips", "lower", "upper", "lids", "closures", "jitter"} <= figures.keys()
    weights: dict[str, torch.Tensor] = torch.load(run / WEIGHTS, weights_only=True)
    return weights


@pytest.mark.parametrize("without", PARTS)
def test_every_ablation_trains_and_is_read_back(takes: Takes, tmp_path: Path, without: str) -> None:
    weights = trained(takes, tmp_path, 2, without)
    run = read_run(tmp_path)
    assert run.recipe.without == without
    for name, value in run.nets.state_dict().items():
        assert torch.equal(value, weights[name])


def test_a_resumed_run_ends_as_one_that_was_not_interrupted(takes: Takes, tmp_path: Path) -> None:
    whole = trained(takes, tmp_path / "whole", 6)
    trained(takes, tmp_path / "parts", 6)
    again = trained(takes, tmp_path / "parts", 6, resume=True)
    for name, value in whole.items():
        torch.testing.assert_close(again[name], value, msg=name)


def test_learning_takes_emotion_out(takes: Takes, tmp_path: Path) -> None:
    calm = replace_felt(takes)
    trained(calm, tmp_path, 60, rate=1e-2)
    (*_, row) = [json.loads(line) for line in (tmp_path / LOG).read_text().splitlines()]
    away = np.sqrt(np.square(calm.seen - calm.spoken)[calm.intensities.max(-1) > 0.3].mean())
    assert row["lower"] < 0.9 * away
    assert (tmp_path / "samples-000060.png").stat().st_size > 5000


def replace_felt(takes: Takes) -> Takes:
    """The same takes with one constant mood, which a few steps can learn to take out."""
    mood = np.zeros_like(takes.felt)
    mood[:, :, 23:27] = 0.6
    return replace(
        takes,
        felt=mood,
        seen=(1.0 - (1.0 - takes.spoken) * (1.0 - mood)).astype(np.float32),
        intensities=np.full_like(takes.intensities, 0.6),
    )


def test_a_folder_without_weights_is_refused(takes: Takes, tmp_path: Path) -> None:
    trained(takes, tmp_path, 1)
    (tmp_path / WEIGHTS).write_bytes(b"no weights")
    with pytest.raises(TrainingError, match="omote-train emotion"):
        read_run(tmp_path)
