"""`omote-train retouch`: trains the form network on pairs; goes on from an earlier run with --resume."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from runtime.inference.retouch_model import installed_model, load_retouch_model
from terminal.progress import progress_bar
from training.commands.begin_with import add_begin_with, model_to_begin_with
from training.commands.limits import check_limits
from training.commands.ray_options import run_command_on_ray
from training.commands.run_options import add_run_options, check_run, report, train_options
from training.errors import TrainingError
from training.retouch.parts import PARTS


def add_parser(subparsers: Any) -> None:
    """Options of the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "retouch",
        help="train the network of the retouch engine",
        description="Trains on pairs, judges the network on people it never sees, and keeps checkpoints, a log and sheets "
        "of samples in the run's folder. Several processes or graphics cards: --ray, or torchrun -m training retouch. "
        "Needs torch.",
        epilog="example: omote-train retouch --data pairs/ --held-out held-out/ --minutes 120 -o runs/retouch",
    )
    add_run_options(parser)
    parser.add_argument(
        "--faces-of",
        type=Path,
        metavar="DIR",
        help="pairs of more people, of which only the face is learned from: hair and clothes were drawn otherwise then",
    )
    parser.add_argument(
        "--photographs",
        type=Path,
        metavar="DIR",
        help="pairs of photographs (omote-train photographs), from whose faces a share of the pairs is",
    )
    parser.add_argument(
        "--without",
        default="",
        metavar="PART,...",
        help="what an ablation leaves out: an input, an output (paint: the critic as well), the critic, or later steps; of "
        + ", ".join(PARTS),
    )
    parser.add_argument(
        "--steps",
        type=int,
        metavar="N",
        help="steps in all, in place of --minutes: ablations of equal compute",
    )
    add_begin_with(parser, installed_model("retouch"))


def run(options: argparse.Namespace) -> int:
    """Train; returns the exit status.

    Raises:
        TrainingError: with a message for the user.
    """
    folders, held_out = check_run(options)
    if options.steps is not None:
        check_limits(options, {"steps": (1, 10_000_000)})
    if unknown := set(options.without.split(",")) - {"", *PARTS}:
        raise TrainingError(f"--without {','.join(sorted(unknown))}, expected some of {', '.join(PARTS)}")
    begin_with = model_to_begin_with(options, load_retouch_model)
    if options.ray:
        return run_command_on_ray(__name__, options)
    from training.person_workers import people_in
    from training.retouch.recipe import FormRecipe
    from training.retouch.train import train_form

    more = {}
    for name, command in (("faces_of", "pairs"), ("photographs", "photographs")):
        folder = getattr(options, name)
        more[name] = people_in(folder) if folder is not None else []
        if folder is not None and not more[name]:
            raise TrainingError(f"no finished people in {folder}; make some with: omote-train {command}")
    with progress_bar(options.minutes, "minutes") as bar:
        found = train_form(
            folders,
            held_out,
            options.output,
            replace(train_options(options), steps=options.steps),
            FormRecipe(options.without),
            **more,
            resume=options.resume,
            begin_with=begin_with,
            progress=lambda minutes, note: bar(round(min(minutes, options.minutes), 1), note),
        )
    report(options, len(folders) + sum(map(len, more.values())), len(held_out), found)
    return 0
