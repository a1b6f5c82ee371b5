"""`omote-train voice`: trains the network that moves the mouth by voice; goes on with --resume or --begin-with."""

from __future__ import annotations

import argparse
from typing import Any

from bridge.devices.voice_network import installed_voice, load_voice_model
from terminal.progress import progress_bar
from training.commands.begin_with import add_begin_with, model_to_begin_with
from training.commands.ray_options import run_command_on_ray
from training.commands.run_options import add_run_options, check_run, report, train_options


def add_parser(subparsers: Any) -> None:
    """Options of the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "voice",
        help="train the network that moves the mouth by voice",
        description="Trains on labelled speech, judges the network on voices and languages it never hears, and keeps "
        "checkpoints and a log in the run's folder. Needs torch.",
        epilog="example: omote-train voice --data speech/ --held-out unseen-speech/ --minutes 60 -o runs/voice",
    )
    add_run_options(parser, data="speech", batch=8, rate=1.5e-3)
    add_begin_with(parser, installed_voice())


def run(options: argparse.Namespace) -> int:
    """Train; returns the exit status.

    Raises:
        TrainingError: with a message for the user.
    """
    folders, held_out = check_run(options, made_by="speech")
    begin_with = model_to_begin_with(options, load_voice_model)
    if options.ray:
        return run_command_on_ray(__name__, options)
    from training.voice.train import train_voice

    with progress_bar(options.minutes, "minutes") as bar:
        found = train_voice(
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
