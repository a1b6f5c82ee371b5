"""The training loop of the form network: resumes exactly, writes checkpoints, a log, plots and samples.

    train_form(folders, held_out, Path("runs/retouch"), TrainOptions(minutes=120))

The learning rate warms up, stays, and falls in the last fifth of the time. The checkpoint of the constant phase is kept, so
that another run goes on from it; the weights for use are the exponential mean at the end of the fall.
"""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from networks.retouch import FormFields, FormNet
from training.errors import TrainingError
from training.retouch.batches import Batch, PairBatches
from training.retouch.judging import held_out_batches, judged, write_samples
from training.retouch.losses import form_loss
from training.retouch.ranks import Ranks
from training.retouch.run_log import LOG

CHECKPOINT: Final = "checkpoint.pt"  # of the constant phase: training goes on from it
WEIGHTS: Final = "weights.pt"  # the exponential mean: for use
_WARM_STEPS: Final = 200
_FALL: Final = 0.2  # share of the time in which the rate falls
_EMA: Final = 0.999
_CLIP: Final = 1.0
#: What torch raises for files that are missing, damaged or of another network.
_DAMAGES: Final = (
    OSError, EOFError, RuntimeError, KeyError, TypeError, ValueError, AttributeError, pickle.UnpicklingError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """What a run is given.

    Attributes:
        minutes: of this run, in all.
        batch: pairs a step, of each rank. rate: the learning rate of the constant phase. seed: of weights and batches.
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


@dataclass(slots=True)
class _State:
    net: FormNet
    mean: FormNet
    optimiser: torch.optim.AdamW
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
        try:
            kept: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
            self.net.load_state_dict(kept["net"])
            self.mean.load_state_dict(kept["mean"])
            self.optimiser.load_state_dict(kept["optimiser"])
            self.step, self.trained_min = int(kept["step"]), float(kept["trained_min"])
        except _DAMAGES as error:
            why = str(error).partition("\n")[0]
            raise TrainingError(f"{path} cannot be continued ({why}); start without --resume") from error


def train_form(
    folders: Sequence[Path],
    held_out: Sequence[Path],
    run: Path,
    options: TrainOptions,
    *,
    resume: bool = False,
    progress: Callable[[float, str], None] = lambda minutes, note: None,
) -> dict[str, float]:
    """Train; returns the last judgement on held-out people.

    Args:
        folders, held_out: people's pairs to learn from, and to judge by.
        run: folder of the run; is made if missing.
        resume: go on from the run's checkpoint.
        progress: called with the minutes spent and a note.

    Raises:
        TrainingError: there are no pairs, or the checkpoint does not fit.
    """
    if not folders or not held_out:
        raise TrainingError("there are no finished people to train on; make some with: omote-train pairs")
    run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    device = torch.device(options.device)
    net, mean = (FormNet().to(device, memory_format=torch.channels_last) for _ in range(2))
    mean.load_state_dict(net.state_dict())
    state = _State(net, mean, torch.optim.AdamW(net.parameters(), lr=options.rate, weight_decay=0.01))
    if resume:
        state.load(run / CHECKPOINT)
    seen = held_out_batches(held_out)
    found: dict[str, float] = {}
    begin_s = judged_s = time.monotonic()
    first_min, first_step = state.trained_min, state.step
    is_falling = False
    with (
        Ranks(device) as ranks,
        PairBatches(
            folders, batch=options.batch, seed=options.seed + 1_000_003 * ranks.rank, begin=state.step
        ) as batches,
    ):
        is_first = ranks.rank == 0
        while True:
            spent = ranks.first((time.monotonic() - begin_s) / 60, device)
            left = 1.0 - (spent / options.minutes if options.steps is None else state.step / options.steps)
            if left <= 0.0:
                break
            if not is_falling and left < _FALL:
                is_falling = True
                if is_first:
                    state.save(run / CHECKPOINT)
            begun = first_step if options.steps is None else 0
            warm = min(1.0, (state.step - begun + 1) / _WARM_STEPS)
            rate = options.rate * warm * min(1.0, left / _FALL + 0.02)
            parts = _step(state, batches.next(), rate, device, ranks)
            state.trained_min = first_min + spent
            if is_first and (time.monotonic() - judged_s) / 60 >= options.judge_every:
                judged_s = time.monotonic()
                found = _judge(state, seen, run, parts, device)
                if not is_falling:
                    state.save(run / CHECKPOINT)
                progress(spent, f"step {state.step}: " + ", ".join(f"{k} {v:.3g}" for k, v in found.items()))
        if not is_first:
            return found
    if not is_falling:
        state.save(run / CHECKPOINT)
    torch.save(state.mean.state_dict(), run / WEIGHTS)
    return _judge(state, seen, run, {}, device)


def _step(state: _State, batch: Batch, rate: float, device: torch.device, ranks: Ranks) -> dict[str, float]:
    """One step of the optimiser; returns the parts of the loss."""
    net, optimiser = state.net, state.optimiser
    for group in optimiser.param_groups:
        group["lr"] = rate
    batch = batch.to(device)
    loss = form_loss(fields_of(net, batch), batch)
    optimiser.zero_grad(set_to_none=True)
    loss.total.backward()
    ranks.average_gradients(net)
    torch.nn.utils.clip_grad_norm_(net.parameters(), _CLIP)
    optimiser.step()
    state.step += 1
    with torch.no_grad():
        keep = min(_EMA, (state.step + 1) / (state.step + 10))
        for kept, new in zip(state.mean.parameters(), net.parameters(), strict=True):
            kept.lerp_(new, 1.0 - keep)
    return loss.parts


def fields_of(net: FormNet, batch: Batch) -> FormFields:
    """The network's fields of a batch, computed in bfloat16 and returned in float32."""
    with torch.autocast(batch.planes.device.type, torch.bfloat16):
        planes = batch.planes.contiguous(memory_format=torch.channels_last)
        fields = net(planes, batch.code, net.avatar(batch.portrait_planes))
    floats: list[Tensor] = [field.float() for field in fields]
    return FormFields(*floats)


def _judge(
    state: _State, seen: Sequence[Batch], run: Path, parts: dict[str, float], device: torch.device
) -> dict[str, float]:
    """Judge the mean weights on held-out people; append to the log and draw samples."""
    with torch.no_grad():
        # the batches stay in the computer's memory, and the figures are computed there
        made = [
            FormFields(*(field.cpu() for field in fields_of(state.mean, batch.to(device)))) for batch in seen
        ]
    found = judged(made, seen)
    with (run / LOG).open("a", encoding="utf-8") as file:
        row = {"step": state.step, "minutes": round(state.trained_min, 2), **parts, **found}
        file.write(json.dumps({name: round(value, 5) for name, value in row.items()}) + "\n")
    write_samples(made, seen, run / f"samples-{state.step:06d}.jpg")
    torch.save(state.mean.state_dict(), run / WEIGHTS)
    return found
