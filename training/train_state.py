"""TrainState: a network in training with the exponential mean of its weights, written to a checkpoint and read back.

state = TrainState(net, mean, optimiser)
state.save(run / "checkpoint.pt")
state.load(run / "checkpoint.pt")
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import torch
from torch import nn

from training.errors import TrainingError

CHECKPOINT: Final = "checkpoint.pt"  # of the constant phase: training goes on from it
WEIGHTS: Final = "weights.pt"  # the exponential mean: for use
Net = TypeVar("Net", bound=nn.Module)
_EMA: Final = 0.999
#: What torch raises for files that are missing, damaged or of another network.
_DAMAGES: Final = (
    OSError, EOFError, RuntimeError, KeyError, TypeError, ValueError, AttributeError, pickle.UnpicklingError,
)  # fmt: skip


@dataclass(slots=True)
class TrainState(Generic[Net]):
    """What a run goes on from.

    Attributes:
        net: the network that is trained. mean: the exponential mean of its weights.
        optimiser: of `net`. step: steps done. trained_min: minutes trained, those before a resume included.
    """

    net: Net
    mean: Net
    optimiser: torch.optim.Optimizer
    step: int = 0
    trained_min: float = 0.0

    def save(self, path: Path) -> None:
        """Write a checkpoint; it replaces the earlier one when it is complete."""
        making = path.with_suffix(".new")
        torch.save(
            {
                "net": self.net.state_dict(),
                "mean": self.mean.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "step": self.step,
                "trained_min": self.trained_min,
            },
            making,
        )
        making.replace(path)

    def load(self, path: Path) -> None:
        """Read a checkpoint.

        Raises:
            TrainingError: it is missing, damaged or of another network.
        """
        try:
            kept: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
            self.net.load_state_dict(kept["net"])
            self.mean.load_state_dict(kept["mean"])
            self.optimiser.load_state_dict(kept["optimiser"])
            self.step, self.trained_min = int(kept["step"]), float(kept["trained_min"])
        except _DAMAGES as error:
            why = str(error).partition("\n")[0]
            raise TrainingError(f"{path} cannot be continued ({why}); start without --resume") from error

    def average(self) -> None:
        """Move the mean towards the network's weights, slower with every step; buffers, such as counts, are copied."""
        keep = min(_EMA, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            for kept, new in zip(self.mean.parameters(), self.net.parameters(), strict=True):
                kept.lerp_(new, 1.0 - keep)
            for kept, new in zip(self.mean.buffers(), self.net.buffers(), strict=True):
                kept.copy_(new)
