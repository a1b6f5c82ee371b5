"""Trains the form network on pairs.

train_form(folders, held_out, Path("runs/retouch"), TrainOptions(minutes=120))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from networks.retouch import FormFields, FormNet
from training.averaged_net import AveragedNet
from training.errors import TrainingError
from training.loop import TrainOptions, last_step, train
from training.ranks import Ranks
from training.retouch.batches import Batch, PairBatches
from training.retouch.judging import held_out_batches, judged, write_samples
from training.retouch.losses import form_loss


def train_form(
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
        folders, held_out: people's pairs to learn from, and to judge by.

    Raises:
        TrainingError: there are no pairs, or the checkpoint does not fit.
    """
    if not folders or not held_out:
        raise TrainingError("there are no finished people to train on; make some with: omote-train pairs")
    begin = last_step(run) if resume else 0
    device = torch.device(options.device)
    with Ranks(device) as ranks:
        learner = _FormLearner(held_out, options, device, ranks)
        seed = options.seed + 1_000_003 * ranks.rank
        with PairBatches(folders, batch=options.batch, seed=seed, begin=begin) as batches:
            return train(learner, batches.next, run, options, ranks, resume=resume, progress=progress)


class _FormLearner:
    """The form network as a `training.loop.Learner`."""

    def __init__(
        self, held_out: Sequence[Path], options: TrainOptions, device: torch.device, ranks: Ranks
    ) -> None:
        self._kept = AveragedNet(FormNet, options, device, ranks)
        self._seen = held_out_batches(held_out)
        self._seen_at_rest = held_out_batches(held_out, at_rest=True)
        self._device = device

    def learn(self, batch: Batch, rate: float, step: int) -> dict[str, float]:
        batch = batch.to(self._device)
        loss = form_loss(fields_of(self._kept.net, batch), batch)
        self._kept.step(loss.total, rate, step)
        return loss.parts

    def judge(self, samples: Path) -> dict[str, float]:
        made, at_rest = (self._made(batches) for batches in (self._seen, self._seen_at_rest))
        write_samples(made, self._seen, samples.with_suffix(".jpg"))
        write_samples(at_rest, self._seen_at_rest, samples.with_name(f"{samples.name}-rest.jpg"))
        rest = judged(at_rest, self._seen_at_rest)
        figures = ("face_gain_db", "person_gain_db", "sharp")
        return judged(made, self._seen) | {f"rest_{name}": rest[name] for name in figures}

    def _made(self, batches: Sequence[Batch]) -> list[FormFields]:
        """The mean weights' fields; batches and figures stay in the computer's memory."""
        with torch.no_grad():
            return [
                FormFields(*(field.cpu() for field in fields_of(self._kept.mean, batch.to(self._device))))
                for batch in batches
            ]

    def state(self) -> dict[str, Any]:
        return self._kept.state()

    def load(self, kept: dict[str, Any]) -> None:
        self._kept.load(kept)

    def weights(self) -> dict[str, Tensor]:
        return self._kept.weights()


def fields_of(net: FormNet, batch: Batch) -> FormFields:
    """The network's fields of a batch, computed in bfloat16 and returned in float32."""
    with torch.autocast(batch.planes.device.type, torch.bfloat16):
        planes = batch.planes.contiguous(memory_format=torch.channels_last)
        fields = net(planes, batch.code, net.avatar(batch.portrait_planes))
    floats: list[Tensor] = [field.float() for field in fields]
    return FormFields(*floats)
