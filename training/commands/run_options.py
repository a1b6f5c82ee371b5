"""Options that every training command has, and the checks of a run."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from training.commands.limits import check_limits
from training.commands.ray_options import add_ray_options, check_ray_options
from training.errors import TrainingError

if TYPE_CHECKING:
    from training.loop import TrainOptions

_LIMITS: Final = {
    "minutes": (0.05, 100_000),
    "batch": (1, 1024),
    "rate": (1e-7, 0.1),
    "threads": (0, 1024),
    "seed": (0, 2**31),
}


def add_run_options(
    parser: argparse.ArgumentParser, *, data: str = "pairs", batch: int = 16, rate: float = 5e-4
) -> None:
    """Data, folder and duration of a run.

    Args:
        data: what it learns from, for the help.
        batch, rate: defaults.
    """
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help=f"{data} to learn from")
    parser.add_argument(
        "--held-out", type=Path, required=True, metavar="DIR", help=f"{data} of other people, to judge by"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="RUN", help="the run's folder")
    parser.add_argument(
        "--minutes", type=float, default=120.0, metavar="M", help="time of this run (default 120)"
    )
    parser.add_argument("--resume", action="store_true", help="go on from the run's checkpoint")
    parser.add_argument(
        "--device", choices=("cpu", "cuda"), default="cpu", help="what computes (default %(default)s)"
    )
    parser.add_argument(
        "--threads", type=int, default=0, metavar="N", help="of the CPU (default 0: as many as torch chooses)"
    )
    parser.add_argument(
        "--batch", type=int, default=batch, metavar="N", help=f"{data} a step (default {batch})"
    )
    parser.add_argument(
        "--rate", type=float, default=rate, metavar="R", help=f"learning rate (default {rate:g})"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of weights and batches (default 0)"
    )
    add_ray_options(parser)


def check_run(options: argparse.Namespace, *, made_by: str = "pairs") -> tuple[list[Path], list[Path]]:
    """Check the options and set torch up; returns the people to learn from and to judge by.

    Args:
        made_by: the command that makes the data.

    Raises:
        TrainingError: with a message for the user.
    """
    check_limits(options, _LIMITS)
    check_ray_options(options)
    import torch

    from training.array_folder import allow_many_files
    from training.loop import CHECKPOINT
    from training.person_workers import people_in

    allow_many_files()
    if options.device == "cuda" and not torch.cuda.is_available():
        raise TrainingError("--device cuda, but torch finds no such device here; expected cpu")
    if not options.resume and (options.output / CHECKPOINT).exists():
        raise TrainingError(
            f"{options.output} holds a run already; go on with --resume, or choose another folder"
        )
    folders, held_out = (people_in(place) for place in (options.data, options.held_out))
    for place, people in ((options.data, folders), (options.held_out, held_out)):
        if not people:
            raise TrainingError(
                f"{place}: no finished people; make some with: omote-train {made_by} -o {place}"
            )
    if shared := {path.name for path in folders} & {path.name for path in held_out}:
        raise TrainingError(
            f"{len(shared)} people are in both --data and --held-out, such as {min(shared)}; judge by others: "
            f"omote-train {made_by} --split validation"
        )
    if options.device == "cuda":
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))  # torchrun's number on this machine
    if options.threads:
        torch.set_num_threads(options.threads)
    return folders, held_out


def train_options(options: argparse.Namespace) -> TrainOptions:
    """The options as the loop takes them."""
    from training.loop import TrainOptions

    return TrainOptions(
        minutes=options.minutes,
        batch=options.batch,
        rate=options.rate,
        seed=options.seed,
        device=options.device,
    )


def report(options: argparse.Namespace, people: int, unseen: int, found: dict[str, float]) -> None:
    """Print the last judgement and what to do next; nothing on one of torchrun's other processes, which do not judge."""
    if not found:
        return
    print(
        f"{options.output}: {people} people; on {unseen} unseen ones: "
        + ", ".join(f"{name} {value:.3f}" for name, value in found.items())
    )
    print(
        f"look at the newest samples in {options.output}; go on with --resume; plot: omote-train plot {options.output}",
        file=sys.stderr,
    )
