"""`omote-train portraits`: makes the parsing network's studio portraits; can be stopped at any time and started again."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import Any, Final

from studio.head.identity import identities_of
from studio.head.source_path import find_face_source
from terminal.progress import progress_bar
from training.commands.limits import check_limits
from training.data_settings import keep_settings

_LIMITS: Final = {"people": (1, 100_000), "workers": (1, 256), "seed": (0, 2**31)}
#: The test split is for measuring alone.
_SPLITS: Final = ("train", "validation")
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
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="DIR", help="folder of the portraits"
    )
    parser.add_argument(
        "--people", type=int, default=1600, metavar="N", help="people of the split (default 1600)"
    )
    parser.add_argument(
        "--split", choices=_SPLITS, default="train", help="which people (default %(default)s)"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of all random choices (default 0)"
    )
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="processes (default 2)")
    parser.add_argument("--ict", type=Path, metavar="FILE", help="ICT-FaceKit's arrays, as for omote-studio")


def run(options: argparse.Namespace) -> int:
    """Make the portraits that are missing; returns the exit status.

    Raises:
        TrainingError, RuntimeFailure: with a message for the user.
    """
    check_limits(options, _LIMITS)
    source = find_face_source(options.ict)
    from training.parsing.person_portraits import open_maker
    from training.parsing.studio_portraits import VIEWS
    from training.person_workers import make_people

    keep_settings(options.output / SETTINGS, {"split": options.split, "seed": options.seed})
    with progress_bar(options.people, "people") as bar:
        made, _ = make_people(
            options.output,
            identities_of(options.split, options.people),
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
