"""`omote-train pairs`: makes training pairs; can be stopped at any time and started again."""

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
from vision.landmarker import find_face_landmarker

_LIMITS: Final = {"people": (1, 100_000), "motions": (1, 1000), "workers": (1, 256), "seed": (0, 2**31)}
#: The test split is for measuring alone.
_SPLITS: Final = ("train", "validation")
SETTINGS: Final = "pairs.json"


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
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="folder of the pairs")
    parser.add_argument(
        "--people", type=int, default=800, metavar="N", help="people of the split (default 800)"
    )
    parser.add_argument(
        "--motions", type=int, default=24, metavar="N", help="moments of each person (default 24)"
    )
    parser.add_argument(
        "--split", choices=_SPLITS, default="train", help="which people (default %(default)s)"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of all random choices (default 0)"
    )
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="processes (default 2)")
    parser.add_argument("--ict", type=Path, metavar="FILE", help="ICT-FaceKit's arrays, as for omote-studio")
    parser.add_argument(
        "--face-landmarker", type=Path, metavar="FILE", help="MediaPipe's face_landmarker.task"
    )


def run(options: argparse.Namespace) -> int:
    """Make the pairs that are missing; returns the exit status.

    Raises:
        TrainingError, BridgeError, RuntimeFailure: with a message for the user.
    """
    check_limits(options, _LIMITS)
    source, landmarker = find_face_source(options.ict), find_face_landmarker(options.face_landmarker)
    from training.pairs.workers import make_all_pairs

    settings = {"split": options.split, "motions": options.motions, "seed": options.seed}
    keep_settings(options.output / SETTINGS, settings)
    with progress_bar(options.people, "people") as bar:
        done, refused = make_all_pairs(
            options.output,
            identities_of(options.split, options.people),
            count=options.motions,
            seed=options.seed,
            source=source,
            face_landmarker=landmarker,
            workers=options.workers,
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
