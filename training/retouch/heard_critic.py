"""HeardCritic: a critic in training beside the network that it judges.

critic = HeardCritic(device, ranks)
total = total + 0.01 * critic.verdict(draft, truth, made)      # what the network is told
critic.teach(draft, truth, made, step)                          # after the network's own step
"""

from __future__ import annotations

from typing import Any, Final

import torch
from torch import Tensor

from networks.critic import Critic
from training.ranks import Ranks
from training.retouch.critic_losses import critic_loss, maker_loss, roughness

_RATE: Final = 8e-4
#: Every so many steps the critic's roughness is penalised, with this weight times their number.
_ROUGH_EVERY: Final = 16
_ROUGH: Final = 0.1


class HeardCritic:
    """Belongs to one learner. Crops are (B, 4, H, W) 0..1; weights (B, 1, H, W) >= 0 say where pixels count."""

    def __init__(self, device: torch.device, ranks: Ranks) -> None:
        """Make the critic; its weights come from torch's own generator."""
        self._critic = Critic().to(device)
        self._optimiser = torch.optim.AdamW(
            self._critic.parameters(), lr=_RATE, betas=(0.5, 0.99), weight_decay=0.0
        )
        self._device, self._ranks = device, ranks

    def verdict(self, draft: Tensor, truth: Tensor, made: Tensor, weight: Tensor | None = None) -> Tensor:
        """What the network that made the crops is told; the critic itself is not changed by it."""
        self._critic.requires_grad_(False)
        with torch.autocast(self._device.type, torch.bfloat16):
            told = maker_loss(self._critic, draft, truth, made, weight)
        self._critic.requires_grad_(True)
        return told.float()

    def teach(
        self, draft: Tensor, truth: Tensor, made: Tensor, step: int, weight: Tensor | None = None
    ) -> None:
        """One step of the critic's own optimiser.

        Args:
            step: of the run, from 0.
        """
        with torch.autocast(self._device.type, torch.bfloat16):
            loss = critic_loss(self._critic, draft, truth, made.detach(), weight)
        if step % _ROUGH_EVERY == 0:
            loss = loss + _ROUGH * _ROUGH_EVERY * roughness(self._critic, draft, truth)
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self._ranks.average_gradients(self._critic)
        self._optimiser.step()

    def state(self) -> dict[str, Any]:
        """All that a resumed run needs."""
        return {"critic": self._critic.state_dict(), "critic_optimiser": self._optimiser.state_dict()}

    def load(self, kept: dict[str, Any]) -> None:
        """Take over a `state`."""
        self._critic.load_state_dict(kept["critic"])
        self._optimiser.load_state_dict(kept["critic_optimiser"])
