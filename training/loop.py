"""The loop of every training: resumes exactly, writes checkpoints, a log and samples.

    with Ranks(device) as ranks, MyBatches(...) as batches:
        train(MyLearner(...), batches.next, Path("runs/mine"), options, ranks)

The learning rate warms up, stays, and falls in the last fifth of the time. The checkpoint of the constant phase is kept, so
that another run goes on from it; the weights for use are the exponential mean at the end of the fall.
"""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import torch
from torch import Tensor, nn

from training.errors import TrainingError
from training.ranks import Ranks
from training.run_log import LOG

CHECKPOINT: Final = "checkpoint.pt"  # of the constant phase: training goes on from it
WEIGHTS: Final = "weights.pt"  # the exponential mean: for use
_WARM_STEPS: Final = 200
_FALL: Final = 0.2  # share of the time in which the rate falls
_EMA: Final = 0.999
#: What torch raises for files that are missing, damaged or of another network.
DAMAGES: Final = (
    OSError, EOFError, RuntimeError, LookupError, TypeError, ValueError, AttributeError, pickle.UnpicklingError,
)  # fmt: skip

B = TypeVar("B", contravariant=True)


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """What a run is given.

    Attributes:
        minutes: of this run, in all.
        batch: examples a step, of each rank. rate: the learning rate of the constant phase. seed: of weights and batches.
        device: of torch. judge_every: minutes between two judgements, with samples and a checkpoint.
        steps: of the training in all, those before a resume included, in place of `minutes`. The rate then follows the
            steps alone: a run that was interrupted ends with the weights of one that was not.
    """

    minutes: float
    batch: int = 16
    rate: float = 5e-4
    seed: int = 0
    device: str = "cpu"
    judge_every: float = 5.0
    steps: int | None = None


class Learner(Protocol[B]):
    """Networks, their optimisers and their judge."""

    def learn(self, batch: B, rate: float, step: int) -> dict[str, float]:
        """One step of the optimisers, the `step`-th from 0; returns the parts of the loss."""

    def judge(self, samples: Path) -> dict[str, float]:
        """Figures on held-out examples; writes a sheet of samples, `samples` with an ending of its own."""

    def state(self) -> dict[str, Any]:
        """All that a resumed run needs: tensors, numbers, strings and containers of them."""

    def load(self, kept: dict[str, Any]) -> None:
        """Take over a `state`."""

    def weights(self) -> dict[str, Tensor]:
        """The weights for use."""


def last_step(run: Path) -> int:
    """The step of a run's checkpoint: the number of the batch that comes next.

    Raises:
        TrainingError: there is none, or it is damaged.
    """
    return int(_read(run / CHECKPOINT)["step"])


def train(
    learner: Learner[B],
    next_batch: Callable[[], B],
    run: Path,
    options: TrainOptions,
    ranks: Ranks,
    *,
    resume: bool = False,
    progress: Callable[[float, str], None] = lambda minutes, note: None,
) -> dict[str, float]:
    """Train; returns the last judgement, nothing on ranks that do not judge.

    Args:
        next_batch: returns the batch of the next step; after a resume it begins with `last_step`.
        run: folder of the run; is made if missing.
        resume: go on from the run's checkpoint.
        progress: called with the minutes spent and a note.

    Raises:
        TrainingError: the checkpoint does not fit.
    """
    run.mkdir(parents=True, exist_ok=True)
    device = torch.device(options.device)
    is_first = ranks.rank == 0
    step, first_min = 0, 0.0
    if resume:
        kept = _read(run / CHECKPOINT)
        try:
            learner.load(kept)
            step, first_min = int(kept["step"]), float(kept["trained_min"])
        except DAMAGES as error:
            raise _cannot_continue(run / CHECKPOINT, error) from error
    first_step, trained_min, is_falling = step, first_min, False
    found: dict[str, float] = {}
    begin_s = judged_s = time.monotonic()

    def save() -> None:
        making = (run / CHECKPOINT).with_suffix(".new")
        torch.save(learner.state() | {"step": step, "trained_min": trained_min}, making)
        making.replace(run / CHECKPOINT)  # it is complete

    def judge(parts: dict[str, float]) -> dict[str, float]:
        figures = learner.judge(run / f"samples-{step:06d}")
        row = {"step": step, "minutes": round(trained_min, 2), **parts, **figures}
        with (run / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps({name: round(value, 5) for name, value in row.items()}) + "\n")
        torch.save(learner.weights(), run / WEIGHTS)
        return figures

    while True:
        spent = ranks.first((time.monotonic() - begin_s) / 60, device)
        left = 1.0 - (spent / options.minutes if options.steps is None else step / options.steps)
        if left <= 0.0:
            break
        if not is_falling and left < _FALL:
            is_falling = True
            if is_first:
                save()
        begun = first_step if options.steps is None else 0
        warm = min(1.0, (step - begun + 1) / _WARM_STEPS)
        rate = options.rate * warm * min(1.0, left / _FALL + 0.02)
        parts = learner.learn(next_batch(), rate, step)
        step += 1
        trained_min = first_min + spent
        if is_first and (time.monotonic() - judged_s) / 60 >= options.judge_every:
            judged_s = time.monotonic()
            found = judge(parts)
            if not is_falling:
                save()
            progress(spent, f"step {step}: " + ", ".join(f"{k} {v:.3g}" for k, v in found.items()))
    if not is_first:
        return found
    if not is_falling:
        save()
    return judge({})


def follow(mean: nn.Module, net: nn.Module, step: int) -> None:
    """Move the exponential mean of the weights towards those after the `step`-th step, from 0."""
    keep = min(_EMA, (step + 2) / (step + 11))
    with torch.no_grad():
        for kept, new in zip(mean.parameters(), net.parameters(), strict=True):
            kept.lerp_(new, 1.0 - keep)
        for kept, new in zip(mean.buffers(), net.buffers(), strict=True):
            kept.copy_(new)  # the means of a normalisation are averages already


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """Set the learning rate of all groups."""
    for group in optimiser.param_groups:
        group["lr"] = rate


def _read(path: Path) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        int(kept["step"]), float(kept["trained_min"])
    except DAMAGES as error:
        raise _cannot_continue(path, error) from error
    return kept


def _cannot_continue(path: Path, error: BaseException) -> TrainingError:
    why = str(error).partition("\n")[0]
    return TrainingError(f"{path} cannot be continued ({why}); start without --resume")
