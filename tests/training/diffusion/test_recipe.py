from __future__ import annotations

from dataclasses import replace

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from networks.dit import Dit
from networks.dit_design import CONFIGS
from tests.made_pairs import made_pairs
from tests.networks.dits import small_design
from training.diffusion.examples import Examples, examples_of
from training.diffusion.recipe import DiffusionRecipe, straightened
from training.errors import TrainingError
from training.retouch.batches import batch_of


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CONFIGS, "pico", small_design())


@pytest.fixture
def examples(small: None) -> Examples:
    return examples_of(batch_of([(made_pairs(1, 2, light=0.6), 1)], None), CONFIGS["pico"])


def random(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("begin", ["bridge", "noise"])
def test_a_network_learns_one_batch_by_heart(begin: str, examples: Examples) -> None:
    """The truth is the draft in another light: what is made comes much nearer to it than the draft is."""
    recipe = DiffusionRecipe("pico", begin)
    torch.manual_seed(0)
    net = Dit(recipe.design)
    optimiser = torch.optim.AdamW(net.parameters())
    for step in range(50):
        loss, _ = recipe.loss(net, examples, random(step))
        optimiser.param_groups[0]["lr"] = 4e-3 * (1 - step / 50)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    def error(pictures: torch.Tensor) -> float:
        return float((pictures - straightened(examples.truth)).square().mean())

    for steps in (1, 4):
        made = recipe.made(net, examples, steps, random())
        assert error(made) < 0.3 * error(straightened(examples.draft))


def test_a_loss_follows_from_the_generator_alone(examples: Examples) -> None:
    recipe = DiffusionRecipe("pico")
    net = Dit(recipe.design)
    one, again, other = (float(recipe.loss(net, examples, random(seed))[0].detach()) for seed in (3, 3, 4))
    assert one == again != other


def test_an_error_in_the_face_costs_five_times_as_much(examples: Examples) -> None:
    recipe, time = DiffusionRecipe("pico"), torch.zeros(1, 1)
    costs = []
    for inside in (1.0, 0.0):
        mask = (examples.face == inside).float()
        wrong = replace(examples, truth=examples.draft + 0.1 * mask)
        costs.append(recipe.compared(examples.draft, wrong, time)[1]["clean"] / float(mask.mean()))
    assert costs[0] / costs[1] == pytest.approx(5.0, rel=0.02)


def test_a_bridge_needs_its_draft() -> None:
    with pytest.raises(TrainingError, match="expected --from noise"):
        DiffusionRecipe("pico", "bridge", without="draft")
    assert DiffusionRecipe("pico", "noise", without="draft").design.without == {"draft"}


def test_a_recipe_changes_the_design_where_it_says_so() -> None:
    assert DiffusionRecipe("nano").design == CONFIGS["nano"]
    changed = DiffusionRecipe("nano", patch=4, codec="patch").design
    assert (changed.patch, changed.codec, changed.width) == (4, "patch", CONFIGS["nano"].width)


def test_a_prediction_beyond_all_colours_does_not_carry_the_flow_away(
    examples: Examples, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe, seen = DiffusionRecipe("pico", "bridge"), []

    def far(self: Examples, net: Dit, noisy: torch.Tensor, *rest: object) -> torch.Tensor:
        seen.append(float(noisy.abs().max()))
        return torch.full_like(noisy, 100.0)

    monkeypatch.setattr(Examples, "clean", far)
    made = recipe.made(Dit(recipe.design), examples, 3, random())
    assert seen[2] <= seen[0] < 3.0
    assert float(made.min()) == float(made.max()) == 1.0


def test_pictures_are_premultiplied() -> None:
    made = straightened(torch.randn(2, 1, 4, 5, 5) * 2)
    assert 0.0 <= float(made.min()) <= float(made.max()) <= 1.0
    assert bool((made[..., :3, :, :] <= made[..., 3:, :, :]).all())
