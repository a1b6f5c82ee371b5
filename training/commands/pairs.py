"""`omote-train pairs`: makes training pairs; can be stopped at any time and started again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from studio.head.source_path import find_face_source
from terminal.progress import progress_bar
from training.commands.data_options import add_data_options, begin_data, check_data_options
from training.errors import TrainingError
from training.pairs.clips import SETTINGS
from vision.landmarker import find_face_landmarker


def add_parser(subparsers: Any) -> None:
    """Options of the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "pairs",
        help="make training pairs",
        description="Makes an avatar of each person's portrait as omote avatar make does, and draws it beside the studio's "
        "picture of the same moment. Can be stopped at any time; the same command goes on. Needs MediaPipe, and 1 MB of "
        "disk a pair.",
        epilog="example: omote-train pairs --people 800 --motions 24 -o pairs/",
    )
    add_data_options(parser, "pairs", people=800, motions=24)
    parser.add_argument(
        "--clip",
        type=int,
        default=1,
        metavar="N",
        help="moments that are consecutive frames, for training in time; divides --motions (default 1: none)",
    )
    parser.add_argument(
        "--face-landmarker", type=Path, metavar="FILE", help="MediaPipe's face_landmarker.task"
    )


def run(options: argparse.Namespace) -> int:
    """Make the pairs that are missing; returns the exit status.

    Raises:
        TrainingError, BridgeError, RuntimeFailure: with a message for the user.
    """
    check_data_options(options)
    if options.clip < 1 or options.motions % options.clip:
        raise TrainingError(
            f"--clip {options.clip}: expected a number that divides --motions {options.motions}"
        )
    source, landmarker = find_face_source(options.ict), find_face_landmarker(options.face_landmarker)
    people = begin_data(options, SETTINGS)
    from training.pairs.workers import make_all_pairs

    with progress_bar(options.people, "people") as bar:
        done, refused = make_all_pairs(
            options.output,
            people,
            count=options.motions,
            seed=options.seed,
            source=source,
            face_landmarker=landmarker,
            workers=options.workers,
            clip=options.clip,
            progress=bar,
        )
    print(f"{options.output}: {done} people, {done * options.motions} pairs; {refused} portraits refused")
    if options.split == "train":
        follow = f"omote-train pairs --split validation --people 40 --seed {options.seed} -o held-out/"
    else:
        follow = (
            f"omote-train retouch --data pairs/ --held-out {options.output} --minutes 120 -o runs/retouch"
        )
    print(f"next: {follow}", file=sys.stderr)
    return 0
