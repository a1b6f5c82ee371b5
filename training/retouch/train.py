"""Trains the form network on pairs.

train_form(folders, held_out, Path("runs/retouch"), TrainOptions(minutes=120))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from inference.model_folder import ModelFolder
from networks.retouch import FormFields, FormNet, enlarged, painted
from training.averaged_net import AveragedNet
from training.errors import TrainingError
from training.loop import TrainOptions, last_step, train
from training.ranks import Ranks
from training.retouch.batches import Batch, PairBatches
from training.retouch.heard_critic import HeardCritic
from training.retouch.judging import held_out_batches, judged, write_samples
from training.retouch.losses import FormLoss, form_loss, over
from training.retouch.painted_crops import painted_crops
from training.retouch.recipe import WHOLE, FormRecipe
from training.retouch.shipped import form_net_of

#: Step at which the critic begins to learn what the network paints, the one at which it is heard, and its weight.
CRITIC_LEARNS: Final = 5000
CRITIC_BEGINS: Final = 5600
_CRITIC: Final = 0.02
#: Share of the batches that teach a later step (`networks.retouch_steps`), and the least that is left of the way there.
_LATER: Final = 0.3
_LEAST_LEFT: Final = 0.2
#: Steps by which the network is judged besides one.
JUDGED_STEPS: Final = (2, 4)


def train_form(
    folders: Sequence[Path],
    held_out: Sequence[Path],
    run: Path,
    options: TrainOptions,
    recipe: FormRecipe = WHOLE,
    *,
    faces_of: Sequence[Path] = (),
    photographs: Sequence[Path] = (),
    resume: bool = False,
    begin_with: ModelFolder | None = None,
    progress: Callable[[float, str], None] = lambda minutes, note: None,
) -> dict[str, float]:
    """Train; returns the last judgement on held-out people. Arguments as of `training.loop.train`.

    Args:
        folders, held_out: people's pairs to learn from, and to judge by.
        faces_of: pairs of more people, of which only the face is learned from. photographs: likewise, of photographs.
        recipe: what is left out, for ablations.
        begin_with: an exported network whose weights are the first ones; without `resume` alone.

    Raises:
        TrainingError: there are no pairs, or the checkpoint or the network to begin with does not fit.
    """
    if not folders or not held_out:
        raise TrainingError("there are no finished people to train on; make some with: omote-train pairs")
    begin = last_step(run) if resume else 0
    device = torch.device(options.device)
    with Ranks(device) as ranks:
        learner = _FormLearner(held_out, options, recipe, device, ranks)
        if begin_with is not None:
            learner.begin_with(form_net_of(begin_with))
        seed = options.seed + 1_000_003 * ranks.rank
        with PairBatches(
            folders, batch=options.batch, seed=seed, begin=begin, faces_of=faces_of, photographs=photographs
        ) as batches:
            return train(learner, batches.next, run, options, ranks, resume=resume, progress=progress)


class _FormLearner:
    """The form network as a `training.loop.Learner`."""

    def __init__(
        self,
        held_out: Sequence[Path],
        options: TrainOptions,
        recipe: FormRecipe,
        device: torch.device,
        ranks: Ranks,
    ) -> None:
        self._recipe = recipe
        self._kept = AveragedNet(FormNet, options, device, ranks)
        self._critic = HeardCritic(device, ranks)
        self._options_seed = options.seed
        self._seed = options.seed + 1_000_003 * ranks.rank
        self._seen = held_out_batches(held_out)
        self._seen_at_rest = held_out_batches(held_out, at_rest=True)
        self._device = device

    def begin_with(self, net: FormNet) -> None:
        """Begin with a network's weights."""
        self._kept.begin_with(net.state_dict())

    def learn(self, batch: Batch, rate: float, step: int) -> dict[str, float]:
        batch = batch.to(self._device)
        random = torch.Generator().manual_seed(self._seed * 1_000_000_007 + step)
        left = None
        if self._recipe.has_steps and later_step(self._options_seed, step):
            left = _LEAST_LEFT + (1.0 - _LEAST_LEFT) * torch.rand((len(batch.code), 1), generator=random)
            left = left.to(self._device)
        fields = self._recipe.fields(self._kept.net, batch, random, left=left)
        loss = form_loss(fields, batch)
        if step < CRITIC_LEARNS or not self._recipe.has_critic:
            self._kept.step(loss.total, rate, step)
            return loss.parts
        return loss.parts | self._learn_with_critic(batch, fields, loss, rate, step, random)

    def _learn_with_critic(
        self,
        batch: Batch,
        fields: FormFields,
        loss: FormLoss,
        rate: float,
        step: int,
        random: torch.Generator,
    ) -> dict[str, float]:
        """Steps of both; the critic sees what was painted, and counts only there."""
        mask = enlarged(fields.mask.detach(), batch.draft.shape[-1])
        crops = painted_crops(mask, random)
        draft, weight = crops.cut(batch.draft), crops.cut(mask)
        copied = heard_picture(fields, batch.draft, loss.bent)
        truth, made = (crops.cut(over(one, batch.backdrop)) for one in (batch.truth, copied))
        verdict = self._critic.verdict(draft, truth, made, weight)
        heard = _CRITIC * verdict if step >= CRITIC_BEGINS else torch.zeros(())
        self._kept.step(loss.total + heard.to(verdict), rate, step)
        self._critic.teach(draft, truth, made, step, weight)
        return {"critic": float(verdict.detach())}

    def judge(self, samples: Path) -> dict[str, float]:
        made, at_rest = (self._made(batches) for batches in (self._seen, self._seen_at_rest))
        write_samples(made, self._seen, samples.with_suffix(".jpg"))
        write_samples(at_rest, self._seen_at_rest, samples.with_name(f"{samples.name}-rest.jpg"))
        figures = {"rest": judged(at_rest, self._seen_at_rest)}
        if self._recipe.has_steps:
            for steps in JUDGED_STEPS:
                figures[f"steps_{steps}"] = judged(self._made(self._seen, steps), self._seen)
        names = ("face_gain_db", "person_gain_db", "sharp")
        more = {f"{kind}_{name}": found[name] for kind, found in figures.items() for name in names}
        return judged(made, self._seen) | more

    def _made(self, batches: Sequence[Batch], steps: int = 1) -> list[FormFields]:
        """The mean weights' fields; batches and figures stay in the computer's memory."""
        net, recipe = self._kept.mean, self._recipe
        with torch.no_grad():
            found = [recipe.fields(net, batch.to(self._device), steps=steps) for batch in batches]
        return [FormFields(*(field.cpu() for field in one)) for one in found]

    def state(self) -> dict[str, Any]:
        return self._kept.state() | self._critic.state() | {"without": self._recipe.without}

    def load(self, kept: dict[str, Any]) -> None:
        before, now = kept.get("without", ""), self._recipe.without
        if (FormRecipe(before).left_out ^ self._recipe.left_out) - {"critic"}:  # a critic may come and go
            raise ValueError(
                f"it was trained without {before or 'nothing'}, expected without {now or 'nothing'}"
            )
        self._kept.load(kept)
        self._critic.load(kept)

    def weights(self) -> dict[str, Tensor]:
        return self._kept.weights()


def later_step(seed: int, step: int) -> bool:
    """Whether a batch teaches a step after the first: the same on all ranks, whose gradients are averaged."""
    random = torch.Generator().manual_seed(seed * 1_000_000_007 + step + 500_009)
    return float(torch.rand((), generator=random)) < _LATER


def heard_picture(fields: FormFields, draft: Tensor, bent: Tensor) -> Tensor:
    """The picture (B, 4, S, S) about which a critic is heard: it teaches where paint lies and what the paint copies.

    It does not teach the paint's own colours, which learn to answer with coloured stripes, nor how the draft is bent.

    Args:
        draft: (B, 4, S, S). bent: (B, 4, S, S) of `relit`.
    """
    return painted(fields._replace(paint=fields.paint.detach()), draft, bent.detach())
