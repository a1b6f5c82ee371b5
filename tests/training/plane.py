"""A tiny training for tests of several processes: a network of float64 that learns a function of four numbers.

torchrun --nproc-per-node 2 -m tests.training.plane RUN
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from training.averaged_net import AveragedNet
from training.errors import TrainingError
from training.loop import WEIGHTS, TrainOptions, last_step, train
from training.ranks import Ranks

CPU = torch.device("cpu")
STEPS, BATCH, LOST_AT = 12, 5, 6


class Plane:
    """Its batches are tensors (B, 4); the loss is a mean over the examples."""

    def __init__(self, options: TrainOptions, ranks: Ranks) -> None:
        def make() -> nn.Sequential:
            return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1)).double()

        self.kept = AveragedNet(make, options, CPU, ranks)

    def learn(self, batch: Tensor, rate: float, step: int) -> dict[str, float]:
        loss = (self.kept.net(batch)[:, 0] - batch.prod(1)).square().mean()
        self.kept.step(loss, rate, step)
        return {"loss": float(loss.detach())}

    def judge(self, samples: Path) -> dict[str, float]:
        seen = examples(99, 0)
        with torch.no_grad():
            return {"error": float((self.kept.mean(seen)[:, 0] - seen.prod(1)).square().mean())}

    def state(self) -> dict[str, Any]:
        return self.kept.state()

    def load(self, kept: dict[str, Any]) -> None:
        self.kept.load(kept)

    def weights(self) -> dict[str, Tensor]:
        return self.kept.weights()


def examples(rank: int, step: int) -> Tensor:
    """The batch of a process for a step: it follows from these numbers alone."""
    random = torch.Generator().manual_seed(1000 * rank + step)
    return torch.rand(BATCH, 4, generator=random, dtype=torch.float64)


def train_plane(run: Path, is_resumed: bool, *, is_alone: bool = True, lost: Path | None = None) -> float:
    """Train; returns the error at the end.

    Args:
        is_alone: this process learns from the batches of two, in one.
        lost: the second process ends without a word at LOST_AT, if this file is not there yet.
    """
    options = TrainOptions(minutes=1e9, rate=0.05, judge_every=0.0, steps=STEPS)
    with Ranks(CPU) as ranks:
        next_batch = _batches(ranks.rank, last_step(run) if is_resumed else 0, is_alone=is_alone, lost=lost)
        found = train(Plane(options, ranks), next_batch, run, options, ranks, resume=is_resumed)
    print("the first process speaks")
    return found.get("error", -1.0)


def _batches(rank: int, begin: int, *, is_alone: bool, lost: Path | None) -> Callable[[], Tensor]:
    steps = iter(range(begin, STEPS))

    def batch() -> Tensor:
        step = next(steps)
        if lost is not None and rank == 1 and step == LOST_AT and not lost.exists():
            lost.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return torch.cat([examples(0, step), examples(1, step)]) if is_alone else examples(rank, step)

    return batch


def weights_of(run: Path) -> dict[str, Tensor]:
    """What a run has left for use."""
    found: dict[str, Tensor] = torch.load(run / WEIGHTS, weights_only=True)
    return found


def refuse(is_resumed: bool) -> None:
    """What a command does with data that it cannot use."""
    raise TrainingError("no finished people in pairs/")


if __name__ == "__main__":
    train_plane(Path(sys.argv[1]), is_resumed=False, is_alone=False)
