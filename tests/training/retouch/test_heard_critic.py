from __future__ import annotations

from copy import deepcopy

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch
from torch import Tensor

from training.ranks import Ranks
from training.retouch.heard_critic import HeardCritic

CPU = torch.device("cpu")


@pytest.fixture
def critic() -> HeardCritic:
    torch.manual_seed(0)
    return HeardCritic(CPU, Ranks(CPU))


def crops(seed: int) -> Tensor:
    return torch.rand(2, 4, 32, 32, generator=torch.Generator().manual_seed(seed))


def weights(critic: HeardCritic) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in critic.state()["critic"].items()}


def test_a_verdict_teaches_the_network_and_not_the_critic(critic: HeardCritic) -> None:
    made = crops(2).requires_grad_(True)
    before = weights(critic)
    critic.verdict(crops(0), crops(1), made).backward()
    assert made.grad is not None
    assert made.grad.abs().max() > 0
    after = weights(critic)
    assert all(torch.equal(before[name], after[name]) for name in before)
    critic.teach(crops(0), crops(1), made, step=1)
    assert any(not torch.equal(before[name], value) for name, value in weights(critic).items())


def test_pixels_without_weight_do_not_count(critic: HeardCritic) -> None:
    """Beyond the width that a patch sees."""
    weight = torch.zeros(2, 1, 96, 96)
    weight[..., :24, :24] = 1.0
    wide = [torch.rand(2, 4, 96, 96, generator=torch.Generator().manual_seed(seed)) for seed in range(3)]
    draft, truth, made = wide
    other = made.clone()
    other[..., 60:, 60:] = 0.0
    near = made.clone()
    near[..., :12, :12] = 0.0
    told, same, changed = (float(critic.verdict(draft, truth, one, weight)) for one in (made, other, near))
    assert told == same
    assert told != changed
    assert told != float(critic.verdict(draft, truth, made))


def test_a_critic_goes_on_from_its_state(critic: HeardCritic) -> None:
    for step in range(3):
        critic.teach(crops(0), crops(1), crops(2), step)
    kept = deepcopy(critic.state())
    torch.manual_seed(9)
    other = HeardCritic(CPU, Ranks(CPU))
    other.load(kept)
    for one in (critic, other):
        one.teach(crops(3), crops(4), crops(5), 3)
    first, second = weights(critic), weights(other)
    assert all(torch.equal(first[name], second[name]) for name in first)
