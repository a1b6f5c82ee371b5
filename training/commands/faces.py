"""`omote-train faces`: draws the tracker's labelled pictures; can be stopped at any time and started again."""

from __future__ import annotations

import argparse
import sys
from typing import Any, Final

from studio.head.source_path import find_face_source
from terminal.progress import progress_bar
from training.commands.data_options import add_data_options, begin_data, check_data_options

SETTINGS: Final = "faces.json"


def add_parser(subparsers: Any) -> None:
    """Options of the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "faces",
        help="draw labelled faces for the tracker",
        description="Draws the studio's people with all 52 shapes, gazes and poses, for the tracker to learn from. Can be "
        "stopped at any time; the same command goes on. Needs 35 KB of disk a picture.",
        epilog="example: omote-train faces --people 1000 -o faces/",
    )
    add_data_options(parser, "faces", people=1000, motions=24)


def run(options: argparse.Namespace) -> int:
    """Draw the pictures that are missing; returns the exit status.

    Raises:
        TrainingError, StudioError, RuntimeFailure: with a message for the user.
    """
    check_data_options(options)
    source = find_face_source(options.ict)
    people = begin_data(options, SETTINGS)
    from training.tracker.face_maker import make_all_faces

    with progress_bar(options.people, "people") as bar:
        done = make_all_faces(
            options.output,
            people,
            count=options.motions,
            seed=options.seed,
            source=source,
            workers=options.workers,
            progress=bar,
        )
    print(f"{options.output}: {done} people, {done * options.motions} pictures")
    if options.split == "train":
        follow = f"omote-train faces --split validation --people 40 --seed {options.seed} -o unseen-faces/"
    else:
        follow = (
            f"omote-train tracker --data faces/ --held-out {options.output} --minutes 120 -o runs/tracker"
        )
    print(f"next: {follow}", file=sys.stderr)
    return 0
