"""Options that several sub-commands share, and how each is read.

add_driver_options(parser, layers=FACE_LAYERS)   # --mirror --layers --source --to --profile
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, get_args

from protocol.codec import MAX_SOURCE
from protocol.messages import CONTROL_PORT, LayerName

FACE_LAYERS: Final[tuple[LayerName, ...]] = ("pose", "expression", "gaze")

#: What `add_parser(subparsers)` gets: argparse's own type is private.
Subparsers = Any


def add_driver_options(
    parser: argparse.ArgumentParser, *, layers: tuple[LayerName, ...] = FACE_LAYERS
) -> None:
    """Options of every command that drives the runtime with a face.

    Args:
        layers: what the command's tracker can drive, and does unless told otherwise.
    """
    parser.add_argument(
        "--mirror", action="store_true", help="move like a mirror picture: left and right change places"
    )
    parser.add_argument(
        "--layers",
        type=layers_among(layers),
        default=",".join(layers),
        metavar="A,B",
        help=f"what to drive, of: {','.join(layers)} (default: all of them)",
    )
    parser.add_argument(
        "--source",
        type=source_id,
        metavar="ID",
        help="this driver's name in the runtime (default: the tracker's)",
    )
    parser.add_argument("--profile", type=Path, metavar="FILE", help="a calibration of your own, as TOML")
    parser.add_argument(
        "--record", type=Path, metavar="TAKE", help="also write what is sent to a take, such as take.mcap"
    )
    add_destination_option(parser)


def add_destination_option(parser: argparse.ArgumentParser) -> None:
    """`--to`, of every command that sends to the runtime."""
    parser.add_argument(
        "--to",
        default=f"tcp://127.0.0.1:{CONTROL_PORT}",
        metavar="ADDRESS",
        help="where the runtime listens (default %(default)s)",
    )


def layers_among(known: tuple[LayerName, ...]) -> Callable[[str], tuple[LayerName, ...]]:
    """A reader of `pose,gaze` -> ("pose", "gaze") for argparse, which words the error."""

    def read(text: str) -> tuple[LayerName, ...]:
        chosen = [name.strip() for name in text.split(",") if name.strip()]
        unknown = [name for name in chosen if name not in known]
        if unknown or not chosen:
            got = ", ".join(unknown) or "none"
            hint = " (not driven by this tracker)" if set(unknown) & set(get_args(LayerName)) else ""
            raise argparse.ArgumentTypeError(
                f"got {got}{hint}; expected some of {','.join(known)}, separated by commas"
            )
        return tuple(name for name in known if name in chosen)

    return read


face_layers: Final = layers_among(FACE_LAYERS)


def source_id(text: str) -> str:
    """A driver's name, for argparse, which words the error."""
    if not 1 <= len(text) <= MAX_SOURCE or not text.isprintable() or text.isspace():
        raise argparse.ArgumentTypeError(f"got {text!r}, expected 1 to {MAX_SOURCE} printable characters")
    return text
