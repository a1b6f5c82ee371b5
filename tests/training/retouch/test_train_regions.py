from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from networks.critic import Critic
from networks.regions import RegionNets
from tests.made_pairs import made_pairs
from tests.networks.retouch_models import random_net
from training.errors import TrainingError
from training.loop import CHECKPOINT, WEIGHTS, TrainOptions
from training.pairs.person_pairs import write_pairs
from training.retouch import train_regions as module
from training.retouch.train_regions import train_regions


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("pairs") / "p000001"
    write_pairs(made_pairs(1, 2), folder)
    return [folder]


def options(steps: int) -> TrainOptions:
    return TrainOptions(minutes=1e9, batch=1, judge_every=1e9, steps=steps)


def test_a_run_resumes_exactly_critics_included(
    folders: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CRITIC_BEGINS", 2)
    form = random_net()
    before = {name: value.clone() for name, value in form.state_dict().items()}
    found = train_regions(folders, folders, tmp_path / "whole", form, options(5))
    assert {"mouth_db", "mouth_form_db", "eyes_sharp", "eyes_draft_sharp"} <= set(found)
    kept = torch.load(tmp_path / "whole" / CHECKPOINT, weights_only=True)
    assert kept["step"] == 4  # of the constant phase
    for name in ("mouth", "eyes"):
        assert kept[name]["critic"].keys() == Critic().state_dict().keys()

    calls = []

    def stop(minutes: float, note: str) -> None:
        calls.append(note)
        if len(calls) == 3:
            raise KeyboardInterrupt

    broken = tmp_path / "broken"
    often = TrainOptions(minutes=1e9, batch=1, judge_every=0.0, steps=5)
    with pytest.raises(KeyboardInterrupt):
        train_regions(folders, folders, broken, form, often, progress=stop)
    train_regions(folders, folders, broken, form, options(5), resume=True)
    one, other = (torch.load(tmp_path / name / WEIGHTS, weights_only=True) for name in ("whole", "broken"))
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert all(torch.equal(before[name], value) for name, value in form.state_dict().items())
    RegionNets().load_state_dict(one)
    assert {path.name for path in broken.glob("samples-000005-*")} == {
        "samples-000005-mouth.png",
        "samples-000005-eyes.png",
    }


def test_nothing_to_learn_from_is_an_error(folders: list[Path], tmp_path: Path) -> None:
    for data, held_out in (([], folders), (folders, [])):
        with pytest.raises(TrainingError, match="omote-train pairs"):
            train_regions(data, held_out, tmp_path, random_net(), options(1))
