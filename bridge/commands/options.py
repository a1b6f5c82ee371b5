"""Options that several sub-commands share, and the argparse types that read them.

add_driver_options(parser, layers=FACE_LAYERS)   # --mirror --layers --source --to --profile
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from math import nan
from pathlib import Path
from typing import Any, Final, get_args

from bridge.errors import BridgeError
from protocol.codec import MAX_SOURCE
from protocol.errors import KeyFileError
from protocol.keys import ClientKey, read_client_key
from protocol.messages import CONTROL_PORT, REQUEST_PORT, LayerName
from protocol.parts import PARTS, Part

FACE_LAYERS: Final[tuple[LayerName, ...]] = ("pose", "expression", "gaze")

#: The argument of `add_parser(subparsers)`; argparse's own type is private.
Subparsers = Any


#: What can measure the face in a picture; each has a profile of its name.
TRACKERS: Final = ("mediapipe", "omote")
#: What can tell Omote's own network where the face is.
FINDERS: Final = ("omote", "mediapipe")


def add_driver_options(
    parser: argparse.ArgumentParser, *, layers: tuple[LayerName, ...] = FACE_LAYERS
) -> None:
    """Add the options of every command that drives the runtime with a face.

    Args:
        layers: the layers that the command's tracker can drive; all of them by default.
    """
    parser.add_argument(
        "--mirror", action="store_true", help="move like a mirror picture: left and right change places"
    )
    parser.add_argument(
        "--layers",
        type=layers_among(layers),
        default=",".join(layers),
        metavar="A,B",
        help=f"layers to drive, of: {','.join(layers)} (default: all of them)",
    )
    add_source_option(parser)
    parser.add_argument("--profile", type=Path, metavar="FILE", help="a calibration of your own, as TOML")
    add_record_option(parser)
    add_destination_option(parser)


def add_source_option(parser: argparse.ArgumentParser) -> None:
    """Add `--source`, of every command that drives the runtime."""
    parser.add_argument(
        "--source",
        type=source_id,
        metavar="ID",
        help="this driver's name in the runtime (default: the tracker's or device's)",
    )


def add_record_option(parser: argparse.ArgumentParser) -> None:
    """Add `--record`, which `bridge.commands.destination` acts on."""
    parser.add_argument(
        "--record",
        type=Path,
        metavar="TAKE",
        help="also record the sent messages to a take, such as take.mcap",
    )


def add_told_options(parser: argparse.ArgumentParser) -> None:
    """Add `--visemes`, `--text` and `--language`, which tell the sounds of a recorded voice."""
    parser.add_argument(
        "--visemes",
        type=Path,
        metavar="FILE",
        help="visemes or phonemes of the recording with their times, as Azure, Rhubarb, Oculus LipSync, Polly, Piper or "
        "ElevenLabs write them",
    )
    parser.add_argument(
        "--text",
        type=Path,
        metavar="FILE",
        help="what is said in the recording, or its subtitles (.srt, .vtt); needs espeak-ng, and makes the lips surer",
    )
    parser.add_argument(
        "--language",
        default="en-us",
        metavar="NAME",
        help="language of the text, as espeak-ng names it: en-us, de, fr-fr, ... (default %(default)s)",
    )


def add_destination_option(parser: argparse.ArgumentParser) -> None:
    """Add `--to`, `--to-avatar`, `--request-port` and `--key`, of every command that sends to a runtime."""
    parser.add_argument(
        "--to",
        default=f"tcp://127.0.0.1:{CONTROL_PORT}",
        metavar="ADDRESS",
        help="address that the runtime listens on (default %(default)s)",
    )
    parser.add_argument(
        "--to-avatar",
        metavar="NAME",
        default="",
        help="the face of this name, of omote fleet, or of omote serve on the machine of --to",
    )
    parser.add_argument(
        "--request-port",
        type=int,
        default=REQUEST_PORT,
        help="with --to-avatar: the runtime's port for commands (default %(default)s)",
    )
    add_key_option(parser)


def add_key_option(parser: argparse.ArgumentParser) -> None:
    """Add `--key`, which `client_key` reads."""
    parser.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help="key for a runtime on another machine, made there with: omote keys add NAME",
    )


def client_key(options: argparse.Namespace) -> ClientKey | None:
    """Read the key file that `--key` names; None without `--key`.

    Raises:
        BridgeError: the file cannot be read, or is not a client key.
    """
    if getattr(options, "key", None) is None:
        return None
    try:
        return read_client_key(options.key)
    except KeyFileError as error:
        raise BridgeError(
            f"--key: {error.detail}; make one on the runtime's machine: omote keys add NAME"
        ) from error


def layers_among(known: tuple[LayerName, ...]) -> Callable[[str], tuple[LayerName, ...]]:
    """Make an argparse type that reads "pose,gaze" as ("pose", "gaze") and refuses layers that are not in `known`."""

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


def parts_among(text: str) -> tuple[Part, ...]:
    """Read "eyes,gaze" as ("eyes", "gaze"): an argparse type."""
    chosen = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in chosen if name not in PARTS]
    if unknown or not chosen:
        got = ", ".join(unknown) or "none"
        raise argparse.ArgumentTypeError(
            f"got {got}; expected some of {','.join(PARTS)}, separated by commas"
        )
    return tuple(part for part in PARTS if part in chosen)


def number_between(low: float, high: float) -> Callable[[str], float]:
    """Make an argparse type that reads a number from `low` to `high`."""

    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = nan
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(f"got {text!r}, expected {low:g} to {high:g}")
        return number

    return read


def source_id(text: str) -> str:
    """Read a driver's name: an argparse type."""
    if not 1 <= len(text) <= MAX_SOURCE or not text.isprintable() or text.isspace():
        raise argparse.ArgumentTypeError(f"got {text!r}, expected 1 to {MAX_SOURCE} printable characters")
    return text
