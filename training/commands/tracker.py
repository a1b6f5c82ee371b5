"""`omote-train tracker`: trains the tracker's network on faces; goes on with --resume or --begin-with."""

from __future__ import annotations

import argparse
from typing import Any

from bridge.trackers.tracker_network import installed_tracker, load_tracker_model
from terminal.progress import progress_bar
from training.commands.begin_with import add_begin_with, model_to_begin_with
from training.commands.ray_options import run_command_on_ray
from training.commands.run_options import add_run_options, check_run, report, train_options


def add_parser(subparsers: Any) -> None:
    """Options of the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "tracker",
        help="train the network that reads faces from a webcam",
        description="Trains on labelled faces, judges the network on people it never sees, and keeps checkpoints, a log "
        "and sheets of samples in the run's folder. Several processes or graphics cards: --ray, or torchrun -m training "
        "tracker. Needs torch.",
        epilog="example: omote-train tracker --data faces/ --held-out unseen-faces/ --minutes 120 -o runs/tracker",
    )
    add_run_options(parser, data="faces", batch=32, rate=1e-3)
    add_begin_with(parser, installed_tracker())


def run(options: argparse.Namespace) -> int:
    """Train; returns the exit status.

    Raises:
        TrainingError: with a message for the user.
    """
    folders, held_out = check_run(options, made_by="faces")
    begin_with = model_to_begin_with(options, load_tracker_model)
    if options.ray:
        return run_command_on_ray(__name__, options)
    from training.tracker.train import train_tracker

    with progress_bar(options.minutes, "minutes") as bar:
        found = train_tracker(
            folders,
            held_out,
            options.output,
            train_options(options),
            resume=options.resume,
            begin_with=begin_with,
            progress=lambda minutes, note: bar(round(min(minutes, options.minutes), 1), note),
        )
    report(options, len(folders), len(held_out), found)
    return 0
