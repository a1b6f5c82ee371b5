from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from tests.made_portraits import made_portrait
from training.errors import TrainingError
from training.loop import CHECKPOINT, WEIGHTS, TrainOptions
from training.parsing.person_portraits import write_portraits
from training.parsing.train import train_parsing
from training.run_log import LOG, read_log


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    made = [tmp_path_factory.mktemp("people") / f"p{identity:06d}" for identity in (1, 2)]
    for identity, folder in enumerate(made):
        write_portraits([made_portrait(identity)], folder)
    return made


def options(**changed: float) -> TrainOptions:
    """Short runs by steps: `minutes` does not count."""
    return TrainOptions(**({"minutes": 1e9, "batch": 2, "judge_every": 1e9, "steps": 3} | changed))  # type: ignore[arg-type]


class Stopped(Exception):
    """The run ends here, as by Ctrl+C."""


def test_a_run_that_was_interrupted_ends_with_the_weights_of_one_that_was_not(
    folders: list[Path], tmp_path: Path
) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    train_parsing(folders, folders[:1], whole, options())

    def stop(minutes: float, note: str) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        train_parsing(folders, folders[:1], broken, options(judge_every=0.0), progress=stop)
    assert torch.load(broken / CHECKPOINT, weights_only=True)["step"] == 1
    train_parsing(folders, folders[:1], broken, options(), resume=True)
    one, other = (torch.load(place / WEIGHTS, weights_only=True) for place in (whole, broken))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert read_log(broken / LOG)[-1]["step"] == 3


def test_steps_lower_the_loss(folders: list[Path], tmp_path: Path) -> None:
    # the rate warms up for many steps, so it is given high
    train_parsing(folders, folders[:1], tmp_path, options(steps=12, rate=0.05, judge_every=0.0))
    rows = read_log(tmp_path / LOG)
    assert rows[-2]["part"] < rows[0]["part"]


def test_without_people_there_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="omote-train portraits"):
        train_parsing([], [], tmp_path, options())
