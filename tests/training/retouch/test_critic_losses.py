from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from networks.critic import Critic
from training.retouch.critic_losses import critic_loss, maker_loss, roughness


def test_a_critic_learns_to_tell_blur_from_detail_and_says_so_to_the_maker() -> None:
    torch.manual_seed(0)
    critic = Critic()
    optimiser = torch.optim.AdamW(critic.parameters(), lr=1e-3, betas=(0.5, 0.99))
    draft = torch.rand(4, 4, 32, 32)
    for _ in range(60):
        truth = torch.rand(4, 4, 32, 32)
        blurred = torch.nn.functional.avg_pool2d(truth, 5, stride=1, padding=2)
        loss = critic_loss(critic, draft, truth, blurred)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert float(loss.detach()) < 1.0  # 2 = it knows nothing
    with torch.no_grad():
        sharp, soft = (maker_loss(critic, draft, truth, made) for made in (truth.flip(0), blurred))
        same = maker_loss(critic, draft, truth, truth)
    assert sharp < soft
    assert same < sharp  # its features are the truth's own


def test_roughness_is_the_squared_slope_of_the_verdict() -> None:
    """Against differences: the verdict's change with every pixel of a small picture."""
    torch.manual_seed(0)
    critic = Critic().double()
    draft, truth = torch.rand(1, 4, 8, 8).double(), torch.rand(1, 4, 8, 8).double()
    found = float(roughness(critic, draft, truth).detach())
    step, squared = 1e-5, 0.0
    with torch.no_grad():
        for place in range(truth[0].numel()):
            sums = []
            for sign in (-1, 1):
                moved = truth.clone()
                moved.view(-1)[place] += sign * step
                sums.append(float(critic(draft, moved)[0].sum()))
            squared += ((sums[1] - sums[0]) / (2 * step)) ** 2
    assert found == pytest.approx(squared / 4, rel=1e-3)  # four patches
