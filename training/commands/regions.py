"""`omote-train regions`: trains the networks of mouth and eyes over a form network; goes on with --resume."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from terminal.progress import progress_bar
from training.commands.ray_options import run_command_on_ray
from training.commands.run_options import add_run_options, check_run, report, train_options


def add_parser(subparsers: Any) -> None:
    """Options of the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "regions",
        help="train the networks of mouth and eyes of the retouch engine",
        description="Trains on the crops of pairs, over a form network that omote-train retouch has finished, and judges "
        "on people it never sees. Several processes or graphics cards: --ray, or torchrun -m training regions. "
        "Needs torch.",
        epilog="example: omote-train regions --form runs/retouch --data pairs/ --held-out held-out/ -o runs/regions",
    )
    parser.add_argument(
        "--form",
        type=Path,
        required=True,
        metavar="RUN",
        help="run of omote-train retouch whose network is kept",
    )
    add_run_options(parser)


def run(options: argparse.Namespace) -> int:
    """Train; returns the exit status.

    Raises:
        TrainingError: with a message for the user.
    """
    folders, held_out = check_run(options)
    if options.ray:
        return run_command_on_ray(__name__, options)
    from training.loop import WEIGHTS
    from training.retouch.train_regions import train_regions
    from training.retouch.trained import trained_form

    form = trained_form(options.form / WEIGHTS)
    with progress_bar(options.minutes, "minutes") as bar:
        found = train_regions(
            folders,
            held_out,
            options.output,
            form,
            train_options(options),
            resume=options.resume,
            progress=lambda minutes, note: bar(round(min(minutes, options.minutes), 1), note),
        )
    report(options, len(folders), len(held_out), found)
    return 0
