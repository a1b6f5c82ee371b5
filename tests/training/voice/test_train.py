"""Training on made noise: it learns, and resumes."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

from tests.made_speech import write_speakers
from training.errors import TrainingError
from training.loop import WEIGHTS, TrainOptions
from training.voice.train import train_voice


def test_it_learns_when_the_jaw_opens_and_a_resumed_run_ends_the_same(tmp_path: Path) -> None:
    folders = write_speakers(tmp_path, range(3))

    def run(name: str, *, resume: bool = False) -> dict[str, float]:
        options = TrainOptions(minutes=1.0, batch=2, rate=4e-3, steps=12, judge_every=1e9)
        return train_voice(folders[:2], folders[2:], tmp_path / name, options, resume=resume)

    found = run("whole")
    assert found["jaw_r"] > 0.5
    again = run("whole", resume=True)
    assert again == pytest.approx(found, abs=1e-5)
    assert (tmp_path / "whole" / WEIGHTS).is_file()


def test_without_speakers_the_command_that_makes_them_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="omote-train speech"):
        train_voice([], [], tmp_path, TrainOptions(minutes=1.0))
