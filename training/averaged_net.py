"""AveragedNet: a network in training, the exponential mean of its weights, and its optimiser.

    kept = AveragedNet(FormNet, options, device, ranks)
    kept.step(loss_of(kept.net), rate, step)
    judged(kept.mean)

The most that a `training.loop.Learner` needs of its `state`, `load` and `weights`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn

from training.loop import TrainOptions, follow, set_rate
from training.ranks import Ranks

N = TypeVar("N", bound=nn.Module)


class AveragedNet(Generic[N]):
    """Belongs to one learner.

    Attributes:
        net: learns. mean: the mean of its weights, for use and for judging.
    """

    def __init__(
        self,
        make: Callable[[], N],
        options: TrainOptions,
        device: torch.device,
        ranks: Ranks,
        *,
        decay: float = 0.01,
        clip: float = 1.0,
        memory_format: torch.memory_format = torch.channels_last,
    ) -> None:
        """Make the network from the options' seed.

        Args:
            decay: of the weights, a share of the learning rate. clip: largest norm of the gradients.
            memory_format: of the weights; channels_last knows no weights with five axes.
        """
        torch.manual_seed(options.seed)
        self.net, self.mean = (make().to(device, memory_format=memory_format) for _ in range(2))
        self.mean.load_state_dict(self.net.state_dict())
        self.mean.eval()
        self._optimiser = torch.optim.AdamW(
            self.net.parameters(), lr=options.rate, weight_decay=decay, fused=True
        )
        self._ranks, self._clip = ranks, clip

    def begin_with(self, weights: dict[str, Tensor]) -> None:
        """Begin with a network's weights in place of the seed's."""
        for net in (self.net, self.mean):
            net.load_state_dict(weights)

    def step(self, loss: Tensor, rate: float, number: int) -> None:
        """One step of the optimiser.

        Args:
            loss: () of this rank's batch.
            rate: the learning rate. number: of the step, from 0.
        """
        set_rate(self._optimiser, rate)
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self._ranks.average_gradients(self.net)
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), self._clip)
        self._optimiser.step()
        follow(self.mean, self.net, number)

    def state(self) -> dict[str, Any]:
        """All that a resumed run needs."""
        return {
            "net": self.net.state_dict(),
            "mean": self.mean.state_dict(),
            "optimiser": self._optimiser.state_dict(),
        }

    def load(self, kept: dict[str, Any]) -> None:
        """Take over a `state`."""
        self.net.load_state_dict(kept["net"])
        self.mean.load_state_dict(kept["mean"])
        self._optimiser.load_state_dict(kept["optimiser"])

    def weights(self) -> dict[str, Tensor]:
        """Those of the mean."""
        kept: dict[str, Tensor] = self.mean.state_dict()
        return kept
