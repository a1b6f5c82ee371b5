"""`omote-train parsing`: trains the parsing network on studio portraits; goes on from an earlier run with --resume."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from terminal.progress import progress_bar
from training.commands.limits import check_limits
from training.errors import TrainingError

_LIMITS: Final = {
    "minutes": (0.05, 100_000),
    "batch": (2, 1024),
    "rate": (1e-7, 0.1),
    "threads": (0, 1024),
    "seed": (0, 2**31),
}


def add_parser(subparsers: Any) -> None:
    """Options of the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "parsing",
        help="train the network that cuts portraits out",
        description="Trains on studio portraits that are dressed, recoloured and degraded at random, judges the network on "
        "people it never sees, and keeps checkpoints, a log and sheets of samples in the run's folder. Needs torch.",
        epilog="example: omote-train parsing --data portraits/ --held-out held-out/ --minutes 60 -o runs/parsing",
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="portraits to learn from")
    parser.add_argument(
        "--held-out", type=Path, required=True, metavar="DIR", help="portraits of other people, to judge by"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="RUN", help="the run's folder")
    parser.add_argument(
        "--minutes", type=float, default=60.0, metavar="M", help="time of this run (default 60)"
    )
    parser.add_argument("--resume", action="store_true", help="go on from the run's checkpoint")
    parser.add_argument(
        "--device", choices=("cpu", "cuda"), default="cpu", help="what computes (default %(default)s)"
    )
    parser.add_argument(
        "--threads", type=int, default=0, metavar="N", help="of the CPU (default 0: as many as torch chooses)"
    )
    parser.add_argument("--batch", type=int, default=12, metavar="N", help="portraits a step (default 12)")
    parser.add_argument(
        "--rate", type=float, default=1.5e-3, metavar="R", help="learning rate (default 1.5e-3)"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of weights and batches (default 0)"
    )


def run(options: argparse.Namespace) -> int:
    """Train; returns the exit status.

    Raises:
        TrainingError: with a message for the user.
    """
    check_limits(options, _LIMITS)
    import cv2
    import torch

    from training.parsing.portrait_shards import shards_in
    from training.parsing.train import train_parsing
    from training.retouch.train import TrainOptions
    from training.train_state import CHECKPOINT

    if options.device == "cuda" and not torch.cuda.is_available():
        raise TrainingError("--device cuda, but torch finds no such device here; expected cpu")
    if not options.resume and (options.output / CHECKPOINT).exists():
        raise TrainingError(
            f"{options.output} holds a run already; go on with --resume, or choose another folder"
        )
    folders, held_out = (shards_in(place) for place in (options.data, options.held_out))
    for place, shards in ((options.data, folders), (options.held_out, held_out)):
        if not shards:
            raise TrainingError(
                f"{place}: no finished portraits; make some with: omote-train portraits -o {place}"
            )
    if options.data.resolve() == options.held_out.resolve():
        raise TrainingError(
            f"{options.data} is both --data and --held-out; judge by others: omote-train portraits --split validation"
        )
    cv2.setNumThreads(1)
    if options.threads:
        torch.set_num_threads(options.threads)
    settings = TrainOptions(
        minutes=options.minutes,
        batch=options.batch,
        rate=options.rate,
        seed=options.seed,
        device=options.device,
    )
    with progress_bar(options.minutes, "minutes") as bar:
        found = train_parsing(
            folders,
            held_out,
            options.output,
            settings,
            resume=options.resume,
            progress=lambda minutes, note: bar(round(min(minutes, options.minutes), 1), note),
        )
    print(
        f"{options.output}: {len(folders)} shards; on {len(held_out)} unseen ones: "
        + ", ".join(f"{name} {value:.3f}" for name, value in found.items())
    )
    print(
        f"look at the newest samples in {options.output}; go on with --resume; export: omote-train export parsing "
        f"{options.output}",
        file=sys.stderr,
    )
    return 0
