from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from networks.retouch import FormNet, composite, relit
from tests.made_pairs import made_pairs
from tests.networks.still_fields import still_fields
from training.errors import TrainingError
from training.loop import CHECKPOINT, WEIGHTS, TrainOptions
from training.pairs.person_pairs import write_pairs
from training.ranks import Ranks
from training.retouch import train as module
from training.retouch.batches import batch_of
from training.retouch.losses import form_loss
from training.retouch.recipe import WHOLE, FormRecipe
from training.retouch.train import heard_picture, train_form
from training.run_log import LOG, read_log


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    made = [tmp_path_factory.mktemp("pairs") / f"p{identity:06d}" for identity in (1, 2)]
    for identity, folder in enumerate(made):
        write_pairs(made_pairs(identity, 2, light=0.6), folder)
    return made


def options(**changed: float) -> TrainOptions:
    """Short runs by steps: `minutes` does not count."""
    return TrainOptions(**({"minutes": 1e9, "batch": 1, "judge_every": 1e9, "steps": 4} | changed))  # type: ignore[arg-type]


def weights(path: Path) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = torch.load(path, weights_only=True)
    return found


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


class Stopped(Exception):
    """The run ends here, as by Ctrl+C."""


def test_ten_steps_lower_the_loss(folders: list[Path], tmp_path: Path) -> None:
    seen = batch_of([(made_pairs(1, 1, light=0.6), 0)], None)

    def loss(net: FormNet) -> float:
        with torch.no_grad():
            return float(form_loss(WHOLE.fields(net, seen), seen).total)

    torch.manual_seed(0)
    before = loss(FormNet())
    # the rate warms up for many steps, so it is given high
    train_form(folders, folders[:1], tmp_path, options(steps=10, rate=0.03))
    net = FormNet()
    net.load_state_dict(weights(tmp_path / WEIGHTS))
    assert loss(net) < before


@pytest.mark.parametrize("critic_learns", [0, 1000])
def test_a_run_that_was_interrupted_ends_with_the_weights_of_one_that_was_not(
    folders: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, critic_learns: int
) -> None:
    monkeypatch.setattr(module, "CRITIC_LEARNS", critic_learns)
    monkeypatch.setattr(module, "CRITIC_BEGINS", critic_learns + 1)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    train_form(folders, folders[:1], whole, options())
    calls = []

    def stop(minutes: float, note: str) -> None:
        calls.append(note)
        if len(calls) == 2:
            raise Stopped

    with pytest.raises(Stopped):
        train_form(folders, folders[:1], broken, options(judge_every=0.0), progress=stop)
    assert torch.load(broken / CHECKPOINT, weights_only=True)["step"] == 2
    train_form(folders, folders[:1], broken, options(), resume=True)
    assert same(weights(whole / WEIGHTS), weights(broken / WEIGHTS))
    assert read_log(broken / LOG)[-1]["step"] == 4


def test_three_batches_of_ten_teach_a_later_step_on_all_ranks_alike() -> None:
    """Gradients are averaged: a rank that has none for it would send fewer than the others expect."""
    assert 250 < sum(module.later_step(7, step) for step in range(1000)) < 350
    learners = [
        module._FormLearner([], options(), WHOLE, torch.device("cpu"), one) for one in (Rank(0), Rank(1))
    ]
    seen = batch_of([(made_pairs(1, 1, light=0.6), 0)], None)
    for step in range(8):
        for learner in learners:
            learner.learn(seen, 1e-3, step)
        assert len({learner._kept.net.behind.weight.grad is None for learner in learners}) == 1


class Rank(Ranks):
    """One of two, alone in its process."""

    def __init__(self, rank: int) -> None:
        self.count, self.rank = 1, rank


def test_a_critic_teaches_what_is_copied_and_where_but_no_colours() -> None:
    torch.manual_seed(0)
    still = still_fields()
    parts = {
        name: (torch.rand_like(value) * 0.1 + value).requires_grad_(True)
        for name, value in still._asdict().items()
    }
    fields = still_fields(**parts)
    draft = torch.rand(1, 4, 64, 64)
    bent = relit(fields, draft)
    made = heard_picture(fields, draft, bent)
    torch.testing.assert_close(made, composite(fields, draft))
    (made * torch.rand_like(made)).sum().backward()
    taught = {name for name, part in parts.items() if part.grad is not None and part.grad.abs().max() > 0}
    assert taught == {"far", "copied", "mask"}


def test_a_run_goes_on_with_what_it_was_trained_with(folders: list[Path], tmp_path: Path) -> None:
    train_form(folders, folders[:1], tmp_path, options(steps=1), FormRecipe("critic"))
    with pytest.raises(TrainingError, match="trained without critic, expected without light"):
        train_form(folders, folders[:1], tmp_path, options(steps=2), FormRecipe("light"), resume=True)
    train_form(folders, folders[:1], tmp_path, options(steps=2), resume=True)  # a critic may come and go


def test_the_seed_decides(folders: list[Path], tmp_path: Path) -> None:
    for name, seed in (("one", 0), ("other", 1)):
        train_form(folders, folders[:1], tmp_path / name, options(steps=1, seed=seed))
    assert not same(*(weights(tmp_path / name / WEIGHTS) for name in ("one", "other")))


def test_a_run_leaves_a_log_samples_and_weights_for_use(folders: list[Path], tmp_path: Path) -> None:
    found = train_form(folders, folders[:1], tmp_path, options(steps=1))
    (row,) = read_log(tmp_path / LOG)
    assert row["step"] == 1
    assert "rest_person_gain_db" in row
    assert row["face_gain_db"] == pytest.approx(found["face_gain_db"], abs=1e-4)
    assert {path.name for path in tmp_path.iterdir()} == {
        CHECKPOINT,
        WEIGHTS,
        LOG,
        "samples-000001.jpg",
        "samples-000001-rest.jpg",
    }


def test_nothing_to_learn_from_is_an_error(folders: list[Path], tmp_path: Path) -> None:
    for data, held_out in (([], folders), (folders, [])):
        with pytest.raises(TrainingError, match="omote-train pairs"):
            train_form(data, held_out, tmp_path, options())


def test_several_parts_may_be_named_in_another_order(folders: list[Path], tmp_path: Path) -> None:
    train_form(folders, folders[:1], tmp_path, options(steps=1), FormRecipe("paint,light"))
    train_form(folders, folders[:1], tmp_path, options(steps=2), FormRecipe("light,paint"), resume=True)
    with pytest.raises(TrainingError, match="trained without light,paint, expected without paint"):
        train_form(folders, folders[:1], tmp_path, options(steps=3), FormRecipe("paint"), resume=True)
