"""Command-line options that several commands of omote-studio share."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from protocol.errors import FileError
from protocol.file_names import check_new_file
from studio.data.recipe import VIEWINGS, Recipe, checked_recipe
from studio.errors import StudioError
from studio.factors import STYLES
from studio.head.identity import SPLITS

#: Type of the argument of `add_parser`; argparse's own class is private.
Subparsers = Any


def add_head_options(parser: argparse.ArgumentParser) -> None:
    """Add --ict and --style."""
    parser.add_argument(
        "--ict",
        type=Path,
        metavar="FILE",
        help="ICT-FaceKit's arrays, ict_facekit.npz (default: OMOTE_ICT, ./ict-facekit, ../shared/ict-facekit)",
    )
    parser.add_argument(
        "--style", choices=STYLES, default="real", help="how it is drawn (default %(default)s)"
    )


def add_face_options(parser: argparse.ArgumentParser, *, identity: int) -> None:
    """Add --identity with a default, --look and --background."""
    parser.add_argument(
        "--identity",
        type=int,
        default=identity,
        metavar="N",
        help="number of the identity (default %(default)s)",
    )
    parser.add_argument(
        "--look", type=int, default=0, metavar="N", help="seed of skin, hair, eyes, clothes (default 0)"
    )
    parser.add_argument(
        "--background", type=int, default=0, metavar="N", help="seed of background and light (default 0)"
    )


def add_recipe_options(parser: argparse.ArgumentParser) -> None:
    """Add the options for all fields of a recipe except its count, and for the workers."""
    add_head_options(parser)
    parser.add_argument("--size", type=int, default=256, metavar="PIXELS", help="of a side (default 256)")
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of all random choices (default 0)"
    )
    parser.add_argument(
        "--split",
        choices=SPLITS,
        default="train",
        help="identities to draw (default %(default)s); each identity is in one split only",
    )
    parser.add_argument(
        "--identities", type=int, default=2000, metavar="N", help="number of identities (default 2000)"
    )
    parser.add_argument(
        "--sequence",
        type=int,
        default=1,
        metavar="T",
        help="frames of each moment (default 1: stills)",
    )
    parser.add_argument(
        "--fps", type=float, default=25.0, metavar="N", help="frames a second of sequences (default 25)"
    )
    parser.add_argument(
        "--cameras", type=int, default=1, metavar="K", help="cameras for each moment (default 1)"
    )
    parser.add_argument(
        "--view",
        choices=VIEWINGS,
        default="static",
        help="cameras: all in front, each at a fixed random position (default), moving around a face that is held "
        "still, or moving around a moving face",
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="processes that draw (default: one for each core); the pictures do not depend on it",
    )
    parser.add_argument(
        "--devices",
        type=device_list,
        default=(),
        metavar="0,1",
        help="numbers of EGL devices (graphics cards), assigned to the workers in turn (default: the first)",
    )


def recipe_from(options: argparse.Namespace, count: int) -> Recipe:
    """The recipe of a command line.

    Raises:
        StudioError: a value is out of range or unknown.
    """
    return checked_recipe(
        Recipe(
            count=count,
            size=options.size,
            seed=options.seed,
            style=options.style,
            split=options.split,
            identities=options.identities,
            frames=options.sequence,
            fps=options.fps,
            cameras=options.cameras,
            viewing=options.view,
        )
    )


def device_list(text: str) -> tuple[int, ...]:
    """Parse `0,1` as (0, 1), for argparse."""
    try:
        devices = tuple(int(part) for part in text.split(","))
    except ValueError:
        devices = (-1,)
    if min(devices) < 0:
        raise argparse.ArgumentTypeError(f"got {text}, expected numbers from 0 on such as 0,1")
    return devices


def checked_output(path: Path) -> Path:
    """Return the path unchanged after checking that a file can be written there.

    Raises:
        StudioError: the folder does not exist, or the name cannot be written.
    """
    try:
        check_new_file(path)
    except FileError as error:
        raise StudioError(str(error)) from error
    return path
