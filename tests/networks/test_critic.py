from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch

from networks.critic import Critic


def test_a_verdict_sees_its_patch_and_nothing_else() -> None:
    torch.manual_seed(0)
    critic = Critic().eval()
    draft, picture = torch.rand(1, 4, 64, 64), torch.rand(1, 4, 64, 64)
    other = picture.clone()
    other[:, :3, 32, 32] += 0.5
    with torch.no_grad():
        verdict, features = critic(draft, picture)
        moved, _ = critic(draft, other)
    assert verdict.shape == (1, 1, 16, 16)
    assert [one.shape[1] for one in features] == [32, 64, 96]
    changed = (verdict - moved).abs()[0, 0] > 0
    rows = changed.any(1).nonzero().flatten()
    assert changed[8, 8]
    assert rows.max() - rows.min() < 9, "it judges patches, not the whole crop"


def test_the_alpha_of_the_picture_is_not_judged() -> None:
    critic = Critic().eval()
    draft, picture = torch.rand(1, 4, 32, 32), torch.rand(1, 4, 32, 32)
    other = picture.clone()
    other[:, 3] = 0.0
    with torch.no_grad():
        assert torch.equal(critic(draft, picture)[0], critic(draft, other)[0])
