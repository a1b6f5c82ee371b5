from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from networks.attention import KeysValues
from networks.conditioning import Steering
from networks.dit import joined
from networks.dit_design import CONFIGS
from tests.made_pairs import made_pairs
from tests.networks.dits import random_dit, small_design
from training.diffusion import recipe as recipes
from training.diffusion.batches import clip_examples
from training.diffusion.examples import Examples
from training.diffusion.recipe import DiffusionRecipe
from training.diffusion.rollout import frames_of, rollout_loss
from training.retouch.batches import batch_of

FRAMES = 4


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CONFIGS, "pico", small_design(window=3))
    monkeypatch.setattr(recipes, "_NO_CONDITION", 0.0)
    monkeypatch.setattr(recipes, "_NO_EXPRESSION", 0.0)


@pytest.fixture
def examples() -> Examples:
    people = [made_pairs(number, FRAMES, light=0.6) for number in (1, 2)]
    clips = [batch_of([(person, frame) for person in people], None) for frame in range(FRAMES)]
    return clip_examples(clips, CONFIGS["pico"])


def begun(recipe: DiffusionRecipe, examples: Examples, random: torch.Generator) -> torch.Tensor:
    return recipe.flow.begin_to_make(examples.draft, recipe.flow.noise_like(examples.draft, random))


def test_by_one_step_it_is_the_loss_of_the_whole_clip_at_the_flows_beginning(examples: Examples) -> None:
    recipe = DiffusionRecipe("pico")
    net = random_dit(recipe.design)
    loss, _ = rollout_loss(recipe, net, examples, 1, torch.Generator().manual_seed(3))
    x = begun(recipe, examples, torch.Generator().manual_seed(3))
    time = torch.zeros(x.shape[:2])
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        made = examples.clean(net, x, time, examples.memory(net))
    wanted, _ = recipe.compared(made, examples, time)
    assert float(loss.detach()) == pytest.approx(float(wanted), rel=0.02)  # bfloat16


def test_a_frame_sees_what_was_made_before_it(examples: Examples) -> None:
    """Two steps of two frames, by hand: of the second frame, whose past is the first one's last step."""
    recipe = DiffusionRecipe("pico")
    net = random_dit(recipe.design)
    two = frames_of(examples, 0, 2)
    noise = begun(recipe, two, torch.Generator().manual_seed(5))
    wanted: dict[int, float] = {}
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        memory, past, made = two.memory(net), None, []
        for frame in (0, 1):
            one = frames_of(two, frame, frame + 1)
            steering = Steering(one.expression, one.emotion, one.pose)
            x, now = noise[:, frame : frame + 1], KeysValues(torch.zeros(()), torch.zeros(()))
            for time in (0.0, 0.5):
                clean, now = net(x, torch.full((2, 1), time), one.planes, one.maps, steering, memory, past)
                made.append((frame, time, clean.float()))
                x = (x + clean.float().clamp(-1, 1)) / 2
            past = joined(past, now)
    for first in (0.0, 0.5):
        for second in (0.0, 0.5):
            chosen = [clean for frame, time, clean in made if time == (first, second)[frame]]
            times = torch.tensor([[first, second]]).expand(2, 2)
            wanted[len(wanted)] = float(recipe.compared(torch.cat(chosen, 1), two, times)[0])
    found = float(rollout_loss(recipe, net, two, 2, torch.Generator().manual_seed(5))[0].detach())
    assert min(abs(found / value - 1) for value in wanted.values()) < 0.02
    assert max(wanted.values()) > 1.1 * min(wanted.values())


def test_gradients_arrive_and_what_is_random_follows_from_the_generator(examples: Examples) -> None:
    recipe = DiffusionRecipe("pico")
    net = random_dit(recipe.design)

    def gradient(seed: int) -> torch.Tensor:
        net.zero_grad()
        rollout_loss(recipe, net, examples, 2, torch.Generator().manual_seed(seed))[0].backward()
        found = net.blocks[0].attention.qkv.weight.grad
        assert found is not None
        return found.clone()

    assert float(gradient(1).abs().max()) > 0.0
    assert torch.equal(gradient(1), gradient(1))
    assert not torch.equal(gradient(1), gradient(2))
