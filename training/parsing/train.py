"""Trains the parsing network on studio portraits.

train_parsing(folders, held_out, Path("runs/parsing"), TrainOptions(minutes=60))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from networks.parsing import ParsingLogits, ParsingNet
from training.averaged_net import AveragedNet
from training.errors import TrainingError
from training.loop import TrainOptions, last_step, train
from training.parsing.batches import ParsingBatch, ParsingBatches
from training.parsing.judging import held_out_batches, judged, write_samples
from training.parsing.losses import parsing_loss
from training.ranks import Ranks


def train_parsing(
    folders: Sequence[Path],
    held_out: Sequence[Path],
    run: Path,
    options: TrainOptions,
    *,
    resume: bool = False,
    progress: Callable[[float, str], None] = lambda minutes, note: None,
) -> dict[str, float]:
    """Train; returns the last judgement on held-out people. Arguments as of `training.loop.train`.

    Args:
        folders, held_out: people's portraits to learn from, and to judge by.

    Raises:
        TrainingError: there are no portraits, or the checkpoint does not fit.
    """
    if not folders or not held_out:
        raise TrainingError(
            "there are no finished portraits to train on; make some with: omote-train portraits"
        )
    begin = last_step(run) if resume else 0
    device = torch.device(options.device)
    with Ranks(device) as ranks:
        learner = _ParsingLearner(held_out, options, device, ranks)
        seed = options.seed + 1_000_003 * ranks.rank
        with ParsingBatches(folders, batch=options.batch, seed=seed, begin=begin) as batches:
            return train(learner, batches.next, run, options, ranks, resume=resume, progress=progress)


class _ParsingLearner:
    """The parsing network as a `training.loop.Learner`."""

    def __init__(
        self, held_out: Sequence[Path], options: TrainOptions, device: torch.device, ranks: Ranks
    ) -> None:
        self._kept = AveragedNet(ParsingNet, options, device, ranks, decay=0.02)
        self._seen = held_out_batches(held_out)
        self._device = device

    def learn(self, batch: ParsingBatch, rate: float, step: int) -> dict[str, float]:
        batch = batch.to(self._device)
        loss, parts = parsing_loss(logits_of(self._kept.net, batch), batch)
        self._kept.step(loss, rate, step)
        return parts

    def judge(self, samples: Path) -> dict[str, float]:
        with torch.no_grad():
            made = [
                ParsingLogits(*(one.cpu() for one in logits_of(self._kept.mean, batch.to(self._device))))
                for batch in self._seen
            ]
        write_samples(made, self._seen, samples.with_suffix(".jpg"))
        return judged(made, self._seen)

    def state(self) -> dict[str, Any]:
        return self._kept.state()

    def load(self, kept: dict[str, Any]) -> None:
        self._kept.load(kept)

    def weights(self) -> dict[str, Tensor]:
        return self._kept.weights()


def logits_of(net: ParsingNet, batch: ParsingBatch) -> ParsingLogits:
    """The network's logits of a batch, computed in bfloat16 and returned in float32."""
    with torch.autocast(batch.planes.device.type, torch.bfloat16):
        part, alpha = net(batch.planes)
    return ParsingLogits(part.float(), alpha.float())
