"""Trains the diffusion transformer on pairs, or on clips of them.

train_diffusion(folders, held_out, Path("runs/nano"), TrainOptions(minutes=120), DiffusionRecipe("nano", "bridge"))

Frames and rollout may be others in every run of a network: it begins with single moments, goes on with clips, and ends with
its own frames as its past.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from networks.dit import Dit
from training.averaged_net import AveragedNet
from training.diffusion.batches import ClipBatches, clip_examples
from training.diffusion.judging import held_out_rows, judged, write_samples
from training.diffusion.recipe import DiffusionRecipe
from training.diffusion.rollout import rollout_loss
from training.errors import TrainingError
from training.loop import TrainOptions, last_step, train
from training.pairs.clips import clip_length
from training.ranks import Ranks
from training.retouch.batches import Batch

#: Pairs of each held-out person that a run is judged by.
_PAIRS: Final = 2
#: Frames of a clip by which a run is judged where those people have clips.
_FRAMES: Final = 4


def train_diffusion(
    folders: Sequence[Path],
    held_out: Sequence[Path],
    run: Path,
    options: TrainOptions,
    recipe: DiffusionRecipe,
    *,
    frames: int = 1,
    rollout: int = 0,
    resume: bool = False,
    progress: Callable[[float, str], None] = lambda minutes, note: None,
) -> dict[str, float]:
    """Train; returns the last judgement on held-out people. Arguments as of `training.loop.train`.

    Args:
        folders, held_out: people's pairs to learn from, and to judge by.
        frames: consecutive ones of an example; divides the length of the clips in `folders`.
        rollout: steps of the flow by which each frame is made that the next ones see; 0 = they see the truth's, with noise.

    Raises:
        TrainingError: there are no pairs, or the checkpoint does not fit.
    """
    if not folders or not held_out:
        raise TrainingError("there are no finished people to train on; make some with: omote-train pairs")
    begin = last_step(run) if resume else 0
    device = torch.device(options.device)
    judged_frames = _judged_frames(clip_length(held_out[0].parent), recipe.design.chunk)
    with Ranks(device) as ranks:
        learner = _DiffusionLearner(held_out, options, recipe, rollout, judged_frames, device, ranks)
        seed = options.seed + 1_000_003 * ranks.rank
        with ClipBatches(folders, batch=options.batch, frames=frames, seed=seed, begin=begin) as batches:
            return train(learner, batches.next, run, options, ranks, resume=resume, progress=progress)


def _judged_frames(clip: int, chunk: int) -> int:
    """Frames that a network is judged by: whole chunks that divide the clips.

    Raises:
        TrainingError: there are none.
    """
    fitting = [count for count in range(chunk, clip + 1, chunk) if clip % count == 0]
    if not fitting:
        raise TrainingError(
            f"the people to judge by have clips of {clip} frames, expected a multiple of the chunk's {chunk}: "
            f"omote-train pairs --split validation --clip {chunk}"
        )
    return max((count for count in fitting if count <= _FRAMES), default=fitting[0])


class _DiffusionLearner:
    """The transformer as a `training.loop.Learner`."""

    def __init__(
        self,
        held_out: Sequence[Path],
        options: TrainOptions,
        recipe: DiffusionRecipe,
        rollout: int,
        judged_frames: int,
        device: torch.device,
        ranks: Ranks,
    ) -> None:
        self._recipe, self._rollout, self._device = recipe, rollout, device
        self._kept = AveragedNet(partial(Dit, recipe.design), options, device, ranks)
        self._seed = options.seed + 1_000_003 * ranks.rank
        self._seen = held_out_rows(held_out, _PAIRS, judged_frames) if ranks.rank == 0 else []
        # compiled kernels pay on a graphics card; on a CPU their compilation takes longer than a trial
        self._net = torch.compile(self._kept.net) if device.type == "cuda" else self._kept.net

    def learn(self, batch: tuple[Batch, ...], rate: float, step: int) -> dict[str, float]:
        random = torch.Generator().manual_seed(self._seed * 1_000_000_007 + step)
        examples = clip_examples(batch, self._recipe.design).to(self._device)
        if self._rollout:
            loss, figures = rollout_loss(self._recipe, self._net, examples, self._rollout, random)
        else:
            loss, figures = self._recipe.loss(self._net, examples, random)
        self._kept.step(loss, rate, step)
        return figures

    def judge(self, samples: Path) -> dict[str, float]:
        write_samples(self._kept.mean, self._recipe, self._seen[0], samples.with_suffix(".png"))
        return judged(self._kept.mean, self._recipe, self._seen)

    def state(self) -> dict[str, Any]:
        return self._kept.state() | {"settings": self._recipe.settings()}

    def load(self, kept: dict[str, Any]) -> None:
        before, now = kept["settings"], self._recipe.settings()
        if before != now:
            raise ValueError(f"it is a run of {_words(before)}, expected {_words(now)}")
        self._kept.load(kept)

    def weights(self) -> dict[str, Tensor]:
        return self._kept.weights()


def _words(settings: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value or 'nothing'}" for name, value in settings.items())
