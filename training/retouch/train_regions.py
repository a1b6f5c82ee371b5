"""Trains the region networks over a form network that is finished.

train_regions(folders, held_out, Path("runs/regions"), form, TrainOptions(minutes=120))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from face.regions import REGIONS
from networks.regions import RegionFields, RegionNet, RegionNets, composite_region
from networks.retouch import FormNet
from training.averaged_net import AveragedNet
from training.errors import TrainingError
from training.loop import TrainOptions, last_step, train
from training.ranks import Ranks
from training.retouch.batches import Batch, PairBatches, RegionBatch
from training.retouch.heard_critic import HeardCritic
from training.retouch.judging import held_out_batches, write_crops
from training.retouch.recipe import WHOLE
from training.retouch.region_losses import form_crop, judged_crops, region_loss

#: Step at which the critics' verdict begins to count, and its weight.
CRITIC_BEGINS: Final = 1200
_CRITIC: Final = 0.01


def train_regions(
    folders: Sequence[Path],
    held_out: Sequence[Path],
    run: Path,
    form: FormNet,
    options: TrainOptions,
    *,
    resume: bool = False,
    progress: Callable[[float, str], None] = lambda minutes, note: None,
) -> dict[str, float]:
    """Train; returns the last judgement on held-out people. Arguments as of `training.loop.train`.

    Args:
        folders, held_out: people's pairs to learn from, and to judge by.
        form: the trained form network; it is not changed.

    Raises:
        TrainingError: there are no pairs, or the checkpoint does not fit.
    """
    if not folders or not held_out:
        raise TrainingError("there are no finished people to train on; make some with: omote-train pairs")
    begin = last_step(run) if resume else 0
    device = torch.device(options.device)
    with Ranks(device) as ranks:
        learner = _RegionLearner(form, held_out, options, device, ranks)
        seed = options.seed + 1_000_003 * ranks.rank
        with PairBatches(folders, batch=options.batch, seed=seed, begin=begin, with_regions=True) as batches:
            return train(learner, batches.next, run, options, ranks, resume=resume, progress=progress)


class _RegionLearner:
    """The region networks and their critics as a `training.loop.Learner`."""

    def __init__(
        self,
        form: FormNet,
        held_out: Sequence[Path],
        options: TrainOptions,
        device: torch.device,
        ranks: Ranks,
    ) -> None:
        self._form = form.to(device, memory_format=torch.channels_last).requires_grad_(False)
        self._kept = AveragedNet(RegionNets, options, device, ranks)
        self._critics = {name: HeardCritic(device, ranks) for name in REGIONS}
        self._seen = held_out_batches(held_out, with_regions=True)
        self._device = device

    def learn(self, batch: Batch, rate: float, step: int) -> dict[str, float]:
        batch = batch.to(self._device)
        with torch.no_grad():
            form, avatar = WHOLE.fields(self._form, batch), self._avatar(batch)
        parts: dict[str, float] = {}
        total = torch.zeros((), device=self._device)
        made: dict[str, Tensor] = {}
        for name, region in batch.regions.items():
            with torch.no_grad():
                below = form_crop(form, batch, region)
            loss = region_loss(
                _fields(self._kept.net.region(name), region, batch.code, avatar), batch, region, below
            )
            total = total + loss.total
            made[name] = loss.made
            parts |= {f"{name}_{part}": value for part, value in loss.parts.items()}
            if step >= CRITIC_BEGINS:
                verdict = self._critics[name].verdict(region.draft, region.truth, loss.made)
                total = total + _CRITIC * verdict
                parts[f"{name}_critic"] = float(verdict.detach())
        self._kept.step(total, rate, step)
        if step >= CRITIC_BEGINS // 2:  # they learn before they are listened to
            for name, region in batch.regions.items():
                self._critics[name].teach(region.draft, region.truth, made[name], step)
        return parts

    def _avatar(self, batch: Batch) -> Tensor:
        with torch.autocast(self._device.type, torch.bfloat16):
            return self._form.avatar(batch.portrait_planes).float()

    def judge(self, samples: Path) -> dict[str, float]:
        rows: dict[str, list[Tensor]] = {}
        sheets: dict[str, list[Tensor]] = {}
        with torch.no_grad():
            for one in self._seen:
                batch = one.to(self._device)
                form, avatar = WHOLE.fields(self._form, batch), self._avatar(batch)
                for name, region in batch.regions.items():
                    below = form_crop(form, batch, region)
                    fields = _fields(self._kept.mean.region(name), region, batch.code, avatar)
                    made = composite_region(fields, region.draft, below)
                    for figure, values in judged_crops(made, region, below).items():
                        rows.setdefault(f"{name}_{figure}", []).append(values.cpu())
                    if name not in sheets:
                        sheets[name] = [
                            region.draft,
                            below,
                            made,
                            region.truth,
                            fields.mask.expand(-1, 3, -1, -1),
                        ]
        for name, columns in sheets.items():
            write_crops(columns, samples.with_name(f"{samples.name}-{name}.png"))
        return {name: float(torch.cat(values).mean()) for name, values in rows.items()}

    def state(self) -> dict[str, Any]:
        return self._kept.state() | {name: critic.state() for name, critic in self._critics.items()}

    def load(self, kept: dict[str, Any]) -> None:
        self._kept.load(kept)
        for name, critic in self._critics.items():
            critic.load(kept[name])

    def weights(self) -> dict[str, Tensor]:
        return self._kept.weights()


def _fields(net: RegionNet, region: RegionBatch, code: Tensor, avatar: Tensor) -> RegionFields:
    """A region's fields, computed in bfloat16 and returned in float32."""
    with torch.autocast(region.draft.device.type, torch.bfloat16):
        fields = net(region.draft.contiguous(memory_format=torch.channels_last), region.planes, code, avatar)
    floats: list[Tensor] = [field.float() for field in fields]
    return RegionFields(*floats)
