"""`omote-bridge record TAKE [TRACKER ...]`: runs any tracker's command with `--record TAKE`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from bridge.commands.options import Subparsers
from bridge.errors import RecordingError

_NO_TRACKERS: Final = ("record", "replay", "import", "export", "forward", "calibrate")


def add_parser(subparsers: Subparsers) -> None:
    """Add `record` to the command line."""
    parser = subparsers.add_parser(
        "record",
        help="a tracker's command that also records what it sends",
        description=(
            "Let a tracker drive the runtime as its own command does, and record every message to a take. Messages "
            "of other programs are not in it: the panel's Record button records those of all drivers."
        ),
        epilog="example: omote-bridge record take.mcap webcam --mirror",
    )
    parser.add_argument("take", type=Path, help="the new file, such as take.mcap")
    parser.add_argument(
        "tracker",
        nargs=argparse.REMAINDER,
        metavar="TRACKER ...",
        help="a tracker's command and its options (default: auto)",
    )


def run(options: argparse.Namespace) -> int:
    """Run the tracker's command; return its exit code.

    Raises:
        RecordingError: the command is not a tracker's.
    """
    from bridge.__main__ import COMMANDS, main

    command = options.tracker or ["auto"]
    if command[0] not in COMMANDS or command[0] in _NO_TRACKERS:
        raise RecordingError(f"got {command[0]!r}, expected a tracker such as webcam, auto or livelink")
    return main([*command, "--record", str(options.take)])
