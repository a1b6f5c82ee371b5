"""`omote-train photographs`: makes training pairs of real faces; can be stopped at any time and started again."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import Any, Final

from authoring.clip.look import SUFFIXES
from terminal.progress import progress_bar
from training.commands.limits import check_limits
from training.data_settings import keep_settings
from training.errors import TrainingError
from training.pairs.clips import SETTINGS
from training.person_workers import make_people
from vision.landmarker import find_face_landmarker

_LIMITS: Final = {"portraits": (1, 1000), "motions": (1, 1000), "workers": (1, 256), "seed": (0, 2**31)}


def add_parser(subparsers: Any) -> None:
    """Options of the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "photographs",
        help="make training pairs from photographs and clips",
        description="Makes pairs of real faces for omote-train retouch --photographs: of a clip, some frames become "
        "avatars and others are the truth; a single photograph is turned away, made an avatar of, and turned back. Use "
        "pictures whose owners allow it. Needs MediaPipe, and 1 MB of disk a pair.",
        epilog="example: omote-train photographs me.mp4 portrait.jpg -o photographs/",
    )
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="photographs and clips of one face each"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="folder of the pairs")
    parser.add_argument(
        "--portraits", type=int, default=8, metavar="N", help="avatars of each file (default %(default)s)"
    )
    parser.add_argument(
        "--motions",
        type=int,
        default=24,
        metavar="N",
        help="frames of a clip that are truth (default %(default)s)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of all random choices (default 0)"
    )
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="processes (default 2)")
    parser.add_argument(
        "--face-landmarker", type=Path, metavar="FILE", help="MediaPipe's face_landmarker.task"
    )


def run(options: argparse.Namespace) -> int:
    """Make the pairs that are missing; returns the exit status.

    Raises:
        TrainingError, BridgeError, RuntimeFailure: with a message for the user.
    """
    check_limits(options, _LIMITS)
    for file in options.files:
        if not file.is_file():
            raise TrainingError(
                f"there is no file {file}; expected photographs, or clips ({' '.join(SUFFIXES)})"
            )
    landmarker = find_face_landmarker(options.face_landmarker)
    kept = {name: getattr(options, name) for name in ("portraits", "motions", "seed")}
    keep_settings(options.output / SETTINGS, {"FILES": " ".join(map(str, options.files)), **kept})
    from training.pairs.photographs import PhotographMaker

    count = options.portraits * len(options.files)
    maker = partial(
        PhotographMaker, landmarker, options.files,
        count=options.motions, portraits=options.portraits, seed=options.seed,
    )  # fmt: skip
    with progress_bar(count, "avatars") as bar:
        done, refused = make_people(
            options.output, range(count), maker, workers=options.workers, progress=bar
        )
    if done == 0:
        raise TrainingError(
            f"none of {count} portraits made a good avatar; use sharp pictures of one face that looks into the camera"
        )
    print(f"{options.output}: {done} avatars of {len(options.files)} files; {refused} portraits refused")
    print(
        f"next: omote-train retouch --photographs {options.output} --data pairs/ --held-out held-out/ -o runs/retouch",
        file=sys.stderr,
    )
    return 0
