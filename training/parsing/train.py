"""The training loop of the parsing network: resumes exactly, writes checkpoints, a log and samples.

    train_parsing(shards, held_out, Path("runs/parsing"), TrainOptions(minutes=60))

The learning rate warms up, stays, and falls in the last fifth of the time, as in `training.retouch.train`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import torch

from networks.parsing import ParsingLogits, ParsingNet
from training.errors import TrainingError
from training.parsing.batches import ParsingBatch, ParsingBatches
from training.parsing.judging import held_out_batches, judged, write_samples
from training.parsing.losses import parsing_loss
from training.retouch.run_log import LOG
from training.retouch.train import TrainOptions
from training.train_state import CHECKPOINT, WEIGHTS, TrainState

_WARM_STEPS: Final = 100
_FALL: Final = 0.2  # share of the time in which the rate falls
_CLIP: Final = 1.0


def train_parsing(
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
        folders, held_out: shards to learn from, and to judge by.
        run: folder of the run; is made if missing.
        resume: go on from the run's checkpoint.
        progress: called with the minutes spent and a note.

    Raises:
        TrainingError: there are no shards, or the checkpoint does not fit.
    """
    if not folders or not held_out:
        raise TrainingError(
            "there are no finished portraits to train on; make some with: omote-train portraits"
        )
    run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    device = torch.device(options.device)
    net, mean = (ParsingNet().to(device, memory_format=torch.channels_last) for _ in range(2))
    mean.load_state_dict(net.state_dict())
    mean.eval()
    state = TrainState(net, mean, torch.optim.AdamW(net.parameters(), lr=options.rate, weight_decay=0.02))
    if resume:
        state.load(run / CHECKPOINT)
    seen = held_out_batches(held_out)
    begin_s = judged_s = time.monotonic()
    first_min, first_step = state.trained_min, state.step
    is_falling = False
    with ParsingBatches(folders, batch=options.batch, seed=options.seed, begin=state.step) as batches:
        while True:
            spent = (time.monotonic() - begin_s) / 60
            left = 1.0 - (spent / options.minutes if options.steps is None else state.step / options.steps)
            if left <= 0.0:
                break
            if not is_falling and left < _FALL:
                is_falling = True
                state.save(run / CHECKPOINT)
            begun = first_step if options.steps is None else 0
            warm = min(1.0, (state.step - begun + 1) / _WARM_STEPS)
            parts = _step(state, batches.next(), options.rate * warm * min(1.0, left / _FALL + 0.02), device)
            state.trained_min = first_min + spent
            if (time.monotonic() - judged_s) / 60 >= options.judge_every:
                judged_s = time.monotonic()
                found = _judge(state, seen, run, parts, device)
                if not is_falling:
                    state.save(run / CHECKPOINT)
                progress(spent, f"step {state.step}: " + ", ".join(f"{k} {v:.3g}" for k, v in found.items()))
    if not is_falling:
        state.save(run / CHECKPOINT)
    return _judge(state, seen, run, {}, device)


def _step(
    state: TrainState[ParsingNet], batch: ParsingBatch, rate: float, device: torch.device
) -> dict[str, float]:
    """One step of the optimiser; returns the terms of the loss."""
    for group in state.optimiser.param_groups:
        group["lr"] = rate
    batch = ParsingBatch(*(one.to(device) for one in (batch.planes, batch.part, batch.alpha)))
    loss, parts = parsing_loss(logits_of(state.net, batch), batch)
    state.optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(state.net.parameters(), _CLIP)
    state.optimiser.step()
    state.step += 1
    state.average()
    return parts


def logits_of(net: ParsingNet, batch: ParsingBatch) -> ParsingLogits:
    """The network's logits of a batch, computed in bfloat16 and returned in float32."""
    with torch.autocast(batch.planes.device.type, torch.bfloat16):
        part, alpha = net(batch.planes)
    return ParsingLogits(part.float(), alpha.float())


def _judge(
    state: TrainState[ParsingNet],
    seen: Sequence[ParsingBatch],
    run: Path,
    parts: dict[str, float],
    device: torch.device,
) -> dict[str, float]:
    """Judge the mean weights on held-out people; append to the log, draw samples and keep the weights."""
    made = []
    with torch.no_grad():
        for batch in seen:
            moved = ParsingBatch(*(one.to(device) for one in (batch.planes, batch.part, batch.alpha)))
            made.append(ParsingLogits(*(one.cpu() for one in logits_of(state.mean, moved))))
    found = judged(made, seen)
    with (run / LOG).open("a", encoding="utf-8") as file:
        row = {"step": state.step, "minutes": round(state.trained_min, 2), **parts, **found}
        file.write(json.dumps({name: round(value, 5) for name, value in row.items()}) + "\n")
    write_samples(made, seen, run / f"samples-{state.step:06d}.jpg")
    torch.save(state.mean.state_dict(), run / WEIGHTS)
    return found
