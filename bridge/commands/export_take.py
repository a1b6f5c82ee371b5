"""`omote-bridge export TAKE -o CSV`: writes a take as the CSV of Live Link Face."""

from __future__ import annotations

import argparse
from pathlib import Path

from bridge.commands.console import say
from bridge.commands.options import Subparsers


def add_parser(subparsers: Subparsers) -> None:
    """Add `export` to the command line."""
    parser = subparsers.add_parser(
        "export",
        help="a take as a CSV of Live Link Face",
        description=(
            "Write a take as the CSV that the app Live Link Face writes: one row a frame, with a timecode, 52 "
            "coefficients, and the angles of head and eyes in radians. A take that was imported from such a CSV gives "
            "the same digits and timecodes again."
        ),
        epilog="example: omote-bridge export take.mcap -o take.csv",
    )
    parser.add_argument("take", type=Path, help="the take")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="CSV", help="the new CSV file")
    parser.add_argument(
        "--fps",
        default="",
        metavar="RATE",
        help="frames a second of the timecodes (default: those of the imported CSV, otherwise 60)",
    )
    parser.add_argument(
        "--source",
        default="",
        metavar="NAME",
        help="the driver to export (default: the first one that moves the face)",
    )


def run(options: argparse.Namespace) -> int:
    """Export; return the exit code.

    Raises:
        ReplayError: the take cannot be read.
        RecordingError: it has no face, or the CSV exists.
    """
    from bridge.takes.csv_export import export_csv

    count = export_csv(options.take, options.output, fps=options.fps, driver=options.source)
    say(f"{options.output}: {count} rows")
    return 0
