"""`omote-train portraits`: makes the parsing network's studio portraits; can be stopped at any time and started again."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from typing import Any, Final

from studio.head.source_path import find_face_source
from terminal.progress import progress_bar
from training.commands.data_options import add_data_options, begin_data, check_data_options

SETTINGS: Final = "portraits.json"


def add_parser(subparsers: Any) -> None:
    """Options of the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "portraits",
        help="make portraits for the parsing network",
        description="Draws studio portraits with the part that every pixel shows: 3 of each person. Can be stopped at any "
        "time; the same command goes on. Needs 0.8 MB of disk a portrait.",
        epilog="example: omote-train portraits --people 1600 -o portraits/",
    )
    add_data_options(parser, "portraits", people=1600)


def run(options: argparse.Namespace) -> int:
    """Make the portraits that are missing; returns the exit status.

    Raises:
        TrainingError, RuntimeFailure: with a message for the user.
    """
    check_data_options(options)
    source = find_face_source(options.ict)
    people = begin_data(options, SETTINGS)
    from training.parsing.person_portraits import open_maker
    from training.parsing.studio_portraits import VIEWS
    from training.person_workers import make_people

    with progress_bar(options.people, "people") as bar:
        made, _ = make_people(
            options.output,
            people,
            partial(open_maker, source, options.seed),
            workers=options.workers,
            progress=bar,
        )
    print(f"{options.output}: {made} people, {made * VIEWS} portraits")
    if options.split == "train":
        follow = f"omote-train portraits --split validation --people 64 --seed {options.seed} -o held-out/"
    else:
        follow = (
            f"omote-train parsing --data portraits/ --held-out {options.output} --minutes 60 -o runs/parsing"
        )
    print(f"next: {follow}", file=sys.stderr)
    return 0
