"""Options that several commands of omote-studio share."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from studio.data.recipe import VIEWINGS, Recipe, checked_recipe
from studio.errors import StudioError
from studio.factors import STYLES
from studio.head.identity import SPLITS

#: What `add_parser(subparsers)` gets: argparse's own type is private.
Subparsers = Any


def add_head_options(parser: argparse.ArgumentParser) -> None:
    """Which head, and how it is drawn."""
    parser.add_argument(
        "--ict",
        type=Path,
        metavar="FILE",
        help="ICT-FaceKit's arrays, ict_facekit.npz (default: OMOTE_ICT, ./ict-facekit, ../shared/ict-facekit)",
    )
    parser.add_argument(
        "--style", choices=STYLES, default="real", help="how it is drawn (default %(default)s)"
    )


def add_recipe_options(parser: argparse.ArgumentParser) -> None:
    """Everything of a recipe but its count."""
    add_head_options(parser)
    parser.add_argument("--size", type=int, default=256, metavar="PIXELS", help="of a side (default 256)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another one, another data set")
    parser.add_argument(
        "--split",
        choices=SPLITS,
        default="train",
        help="whose faces (default %(default)s); no face is in two",
    )
    parser.add_argument(
        "--identities", type=int, default=2000, metavar="N", help="how many faces (default 2000)"
    )
    parser.add_argument(
        "--sequence",
        type=int,
        default=1,
        metavar="T",
        help="pictures of each moment in a row (default 1: stills)",
    )
    parser.add_argument("--fps", type=float, default=25.0, metavar="N", help="of sequences (default 25)")
    parser.add_argument(
        "--cameras", type=int, default=1, metavar="K", help="that see each moment (default 1)"
    )
    parser.add_argument(
        "--view",
        choices=VIEWINGS,
        default="static",
        help="cameras: all from the front, each in a place of its own (default), moving around a face that is held "
        "still, or moving around a moving one",
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="processes that draw (default: one a core); pictures are the same whatever it is",
    )
    parser.add_argument(
        "--devices",
        type=device_list,
        default=(),
        metavar="0,1",
        help="graphics cards for the workers in turn, as EGL counts them (default: the first)",
    )


def recipe_from(options: argparse.Namespace, count: int) -> Recipe:
    """The recipe that a command line asks for. Raises StudioError: it cannot be drawn."""
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
    """`0,1` -> (0, 1), for argparse."""
    try:
        devices = tuple(int(part) for part in text.split(","))
    except ValueError:
        devices = (-1,)
    if min(devices) < 0:
        raise argparse.ArgumentTypeError(f"got {text}, expected numbers from 0 on such as 0,1")
    return devices


def checked_output(path: Path) -> Path:
    """The path as it is. Raises StudioError: its folder does not exist."""
    if not path.parent.is_dir():
        raise StudioError(f"there is no folder {path.parent} to write {path.name} to; make it first")
    return path
