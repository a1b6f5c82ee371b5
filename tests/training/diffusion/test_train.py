from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from networks.dit_design import CONFIGS
from tests.made_pairs import made_pairs
from tests.networks.dits import small_design
from training.diffusion.recipe import DiffusionRecipe
from training.diffusion.train import train_diffusion
from training.errors import TrainingError
from training.loop import CHECKPOINT, WEIGHTS, TrainOptions
from training.pairs.person_pairs import write_pairs
from training.run_log import LOG, read_log

RECIPE = DiffusionRecipe("pico")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CONFIGS, "pico", small_design())


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    made = [tmp_path_factory.mktemp("pairs") / f"p{identity:06d}" for identity in (1, 2)]
    for identity, folder in enumerate(made):
        write_pairs(made_pairs(identity, 2, light=0.6), folder)
    return made


def options(**changed: float) -> TrainOptions:
    """Short runs by steps: `minutes` does not count."""
    return TrainOptions(**({"minutes": 1e9, "batch": 1, "judge_every": 1e9, "steps": 4} | changed))  # type: ignore[arg-type]


def weights(run: Path) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = torch.load(run / WEIGHTS, weights_only=True)
    return found


class Stopped(Exception):
    """The run ends here, as by Ctrl+C."""


def test_a_run_that_was_interrupted_ends_with_the_weights_of_one_that_was_not(
    folders: list[Path], tmp_path: Path
) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    train_diffusion(folders, folders[:1], whole, options(), RECIPE)
    calls = []

    def stop(minutes: float, note: str) -> None:
        calls.append(note)
        if len(calls) == 2:
            raise Stopped

    with pytest.raises(Stopped):
        train_diffusion(folders, folders[:1], broken, options(judge_every=0.0), RECIPE, progress=stop)
    assert torch.load(broken / CHECKPOINT, weights_only=True)["step"] == 2
    train_diffusion(folders, folders[:1], broken, options(), RECIPE, resume=True)
    for name, value in weights(whole).items():
        assert torch.equal(value, weights(broken)[name])
    assert read_log(broken / LOG)[-1]["step"] == 4


def test_a_run_goes_on_with_what_it_was_begun_with(folders: list[Path], tmp_path: Path) -> None:
    train_diffusion(folders, folders[:1], tmp_path, options(steps=1), RECIPE)
    for recipe, words in (
        (DiffusionRecipe("pico", "noise"), "from bridge, without nothing, .*, expected .* from noise"),
        (DiffusionRecipe("pico", without="rays"), "without nothing, .* expected .* without rays"),
    ):
        with pytest.raises(TrainingError, match=words):
            train_diffusion(folders, folders[:1], tmp_path, options(), recipe, resume=True)


def test_a_run_leaves_a_log_samples_and_weights_for_use(folders: list[Path], tmp_path: Path) -> None:
    found = train_diffusion(folders, folders[:1], tmp_path, options(steps=1), RECIPE)
    (row,) = read_log(tmp_path / LOG)
    assert row["face_gain_db_4"] == pytest.approx(found["face_gain_db_4"], abs=1e-4)
    assert {path.name for path in tmp_path.iterdir()} == {CHECKPOINT, WEIGHTS, LOG, "samples-000001.png"}


def test_nothing_to_learn_from_is_an_error(folders: list[Path], tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="omote-train pairs"):
        train_diffusion([], folders, tmp_path, options(), RECIPE)
