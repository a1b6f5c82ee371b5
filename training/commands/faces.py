"""`omote-train faces`: draws the tracker's labelled pictures; can be stopped at any time and started again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from studio.head.identity import identities_of
from studio.head.source_path import find_face_source
from terminal.progress import progress_bar
from training.commands.limits import check_limits
from training.data_settings import keep_settings

_LIMITS: Final = {"people": (1, 100_000), "motions": (1, 1000), "workers": (1, 256), "seed": (0, 2**31)}
#: The test split is for measuring alone.
_SPLITS: Final = ("train", "validation")
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
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="folder of the faces")
    parser.add_argument(
        "--people", type=int, default=1000, metavar="N", help="people of the split (default 1000)"
    )
    parser.add_argument(
        "--motions",
        type=int,
        default=24,
        metavar="N",
        help="moments of each person, a picture each (default 24)",
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
    """Draw the pictures that are missing; returns the exit status.

    Raises:
        TrainingError, StudioError, RuntimeFailure: with a message for the user.
    """
    check_limits(options, _LIMITS)
    source = find_face_source(options.ict)
    from training.tracker.face_maker import make_all_faces

    settings = {"split": options.split, "motions": options.motions, "seed": options.seed}
    keep_settings(options.output / SETTINGS, settings)
    with progress_bar(options.people, "people") as bar:
        done = make_all_faces(
            options.output,
            identities_of(options.split, options.people),
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
