"""Training on made noise: it learns, and resumes."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

from bridge.devices.voice_network import installed_voice, load_voice_model
from tests.made_speech import write_speakers
from training.errors import TrainingError
from training.loop import WEIGHTS, TrainOptions
from training.voice.judging import judged
from training.voice.shipped import voice_net_of
from training.voice.speech_maker import read_speaker
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


def test_it_begins_with_the_weights_of_an_exported_network(tmp_path: Path) -> None:
    folders = write_speakers(tmp_path, range(3))
    model = load_voice_model(installed_voice())
    # a rate of nearly nothing: what is judged is what it began with
    options = TrainOptions(minutes=1.0, batch=2, rate=1e-9, steps=1, judge_every=1e9)
    begun = train_voice(folders[:2], folders[2:], tmp_path / "begun", options, begin_with=model)
    assert begun == pytest.approx(judged(voice_net_of(model).eval(), [read_speaker(folders[2])]), abs=1e-4)
    random = train_voice(folders[:2], folders[2:], tmp_path / "random", options)
    assert abs(random["rms"] - begun["rms"]) > 0.01
