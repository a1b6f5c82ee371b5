"""`omote-train parsing`: trains the parsing network on studio portraits; goes on from an earlier run with --resume."""

from __future__ import annotations

import argparse
from typing import Any

from terminal.progress import progress_bar
from training.commands.ray_options import run_command_on_ray
from training.commands.run_options import add_run_options, check_run, report, train_options


def add_parser(subparsers: Any) -> None:
    """Options of the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "parsing",
        help="train the network that cuts portraits out",
        description="Trains on studio portraits that are dressed, recoloured and degraded at random, judges the network on "
        "people it never sees, and keeps checkpoints, a log and sheets of samples in the run's folder. Needs torch.",
        epilog="example: omote-train parsing --data portraits/ --held-out unseen/ --minutes 60 -o runs/parsing",
    )
    add_run_options(parser, data="portraits", batch=8, rate=1.5e-3)


def run(options: argparse.Namespace) -> int:
    """Train; returns the exit status.

    Raises:
        TrainingError: with a message for the user.
    """
    folders, held_out = check_run(options, made_by="portraits")
    if options.ray:
        return run_command_on_ray(__name__, options)
    import cv2

    from training.parsing.train import train_parsing

    cv2.setNumThreads(1)  # batches are made by a thread beside the training
    with progress_bar(options.minutes, "minutes") as bar:
        found = train_parsing(
            folders,
            held_out,
            options.output,
            train_options(options),
            resume=options.resume,
            progress=lambda minutes, note: bar(round(min(minutes, options.minutes), 1), note),
        )
    report(options, len(folders), len(held_out), found)
    return 0
