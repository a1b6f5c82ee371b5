"""`omote-train finder`: trains the network that finds a face in a camera's picture; goes on with --resume."""

from __future__ import annotations

import argparse
from typing import Any

from terminal.progress import progress_bar
from training.commands.ray_options import run_command_on_ray
from training.commands.run_options import add_run_options, check_run, report, train_options


def add_parser(subparsers: Any) -> None:
    """Options of the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "finder",
        help="train the network that finds a face in a camera's picture",
        description="Trains on the tracker's faces, laid anywhere over anything, judges the network on people it never "
        "sees, and keeps checkpoints, a log and sheets of samples in the run's folder. Several processes or graphics "
        "cards: --ray, or torchrun -m training finder. Needs torch.",
        epilog="example: omote-train finder --data faces/ --held-out unseen-faces/ --minutes 30 -o runs/finder",
    )
    add_run_options(parser, data="faces", batch=32, rate=2e-3)


def run(options: argparse.Namespace) -> int:
    """Train; returns the exit status.

    Raises:
        TrainingError: with a message for the user.
    """
    folders, held_out = check_run(options, made_by="faces")
    if options.ray:
        return run_command_on_ray(__name__, options)
    from training.finder.train import train_finder

    with progress_bar(options.minutes, "minutes") as bar:
        found = train_finder(
            folders,
            held_out,
            options.output,
            train_options(options),
            resume=options.resume,
            progress=lambda minutes, note: bar(round(min(minutes, options.minutes), 1), note),
        )
    report(options, len(folders), len(held_out), found)
    return 0
