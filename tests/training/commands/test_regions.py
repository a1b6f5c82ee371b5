from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

import training.retouch.train_regions as module
from tests.made_pairs import made_pairs
from tests.networks.retouch_models import random_net
from training.__main__ import main
from training.loop import CHECKPOINT, WEIGHTS, TrainOptions
from training.pairs.person_pairs import write_pairs
from training.retouch.train_regions import train_regions


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    for identity, place in enumerate(("pairs", "held-out")):
        write_pairs(made_pairs(identity, 2), tmp_path / place / f"p{identity:06d}")
    (tmp_path / "form").mkdir()
    torch.save(random_net().state_dict(), tmp_path / "form" / WEIGHTS)
    places = {"--data": "pairs", "--held-out": "held-out", "-o": "run", "--form": "form"}
    return ["regions", *(word for key, name in places.items() for word in (key, str(tmp_path / name)))]


def test_a_run_over_a_form_network(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_step(*arguments: object, **named: object) -> dict[str, float]:
        *places, options = arguments
        assert isinstance(options, TrainOptions)
        short = TrainOptions(minutes=options.minutes, batch=options.batch, steps=1)
        return train_regions(*places, short, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "train_regions", one_step)
    assert main([*words, "--minutes", "60", "--batch", "1"]) == 0
    assert "mouth_form_db" in capsys.readouterr().out
    assert (tmp_path / "run" / CHECKPOINT).is_file()


def test_without_a_form_network_it_says_which_run_is_expected(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "form" / WEIGHTS).unlink()
    assert main(words) == 1
    said = capsys.readouterr().err
    assert "expected the folder of a run of omote-train retouch" in said
    assert said.count("\n") == 1
