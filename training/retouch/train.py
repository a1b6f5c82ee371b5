"""Trains the form network on pairs.

train_form(folders, held_out, Path("runs/retouch"), TrainOptions(minutes=120))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from networks.retouch import FormFields, FormNet
from training.errors import TrainingError
from training.loop import TrainOptions, follow, last_step, set_rate, train
from training.ranks import Ranks
from training.retouch.batches import Batch, PairBatches
from training.retouch.judging import held_out_batches, judged, write_samples
from training.retouch.losses import form_loss

_CLIP: Final = 1.0


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
        torch.manual_seed(options.seed)
        self._net, self._mean = (FormNet().to(device, memory_format=torch.channels_last) for _ in range(2))
        self._mean.load_state_dict(self._net.state_dict())
        self._optimiser = torch.optim.AdamW(self._net.parameters(), lr=options.rate, weight_decay=0.01)
        self._seen = held_out_batches(held_out)
        self._seen_at_rest = held_out_batches(held_out, at_rest=True)
        self._device, self._ranks = device, ranks

    def learn(self, batch: Batch, rate: float, step: int) -> dict[str, float]:
        net = self._net
        set_rate(self._optimiser, rate)
        batch = batch.to(self._device)
        loss = form_loss(fields_of(net, batch), batch)
        self._optimiser.zero_grad(set_to_none=True)
        loss.total.backward()
        self._ranks.average_gradients(net)
        torch.nn.utils.clip_grad_norm_(net.parameters(), _CLIP)
        self._optimiser.step()
        follow(self._mean, net, step)
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
                FormFields(*(field.cpu() for field in fields_of(self._mean, batch.to(self._device))))
                for batch in batches
            ]

    def state(self) -> dict[str, Any]:
        return {
            "net": self._net.state_dict(),
            "mean": self._mean.state_dict(),
            "optimiser": self._optimiser.state_dict(),
        }

    def load(self, kept: dict[str, Any]) -> None:
        self._net.load_state_dict(kept["net"])
        self._mean.load_state_dict(kept["mean"])
        self._optimiser.load_state_dict(kept["optimiser"])

    def weights(self) -> dict[str, Tensor]:
        kept: dict[str, Tensor] = self._mean.state_dict()
        return kept


def fields_of(net: FormNet, batch: Batch) -> FormFields:
    """The network's fields of a batch, computed in bfloat16 and returned in float32."""
    with torch.autocast(batch.planes.device.type, torch.bfloat16):
        planes = batch.planes.contiguous(memory_format=torch.channels_last)
        fields = net(planes, batch.code, net.avatar(batch.portrait_planes))
    floats: list[Tensor] = [field.float() for field in fields]
    return FormFields(*floats)
