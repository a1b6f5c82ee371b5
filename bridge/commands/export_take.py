"""`omote-bridge export TAKE -o FILE`: writes a take as the CSV of Live Link Face, or as BVH."""

from __future__ import annotations

import argparse
from pathlib import Path

from bridge.commands.console import say
from bridge.commands.options import Subparsers


def add_parser(subparsers: Subparsers) -> None:
    """Add `export` to the command line."""
    parser = subparsers.add_parser(
        "export",
        help="a take as a CSV of Live Link Face, or as BVH",
        description=(
            "Write a take as the CSV that the app Live Link Face writes: one row a frame, with a timecode, 52 "
            "coefficients, and the angles of head and eyes in radians. A take that was imported from such a CSV gives "
            "the same digits and timecodes again. A name that ends in .bvh gives the movement of head and eyes as BVH."
        ),
        epilog="examples: omote-bridge export take.mcap -o take.csv | omote-bridge export take.mcap -o take.bvh",
    )
    parser.add_argument("take", type=Path, help="the take")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help="the new file: .csv or .bvh"
    )
    parser.add_argument(
        "--fps",
        default="",
        metavar="RATE",
        help="frames a second of the timecodes, or of the BVH (default: those of the imported CSV, otherwise 60)",
    )
    parser.add_argument(
        "--source",
        default="",
        metavar="NAME",
        help="the driver to export (default: the first one that moves the face, or for BVH the head)",
    )


def run(options: argparse.Namespace) -> int:
    """Export; return the exit code.

    Raises:
        ReplayError: the take cannot be read.
        RecordingError: it has no face or no head, or the file exists.
    """
    from bridge.takes.bvh_export import FPS, export_bvh
    from bridge.takes.csv_export import export_csv
    from bridge.takes.timecode import frame_rate

    if options.output.suffix.lower() == ".bvh":
        rate = frame_rate(options.fps) if options.fps else None
        fps = rate.nominal * (1000 / 1001 if rate.is_ntsc else 1.0) if rate else FPS
        count = export_bvh(options.take, options.output, fps=fps, driver=options.source)
        say(f"{options.output}: {count} frames")
        return 0
    count = export_csv(options.take, options.output, fps=options.fps, driver=options.source)
    say(f"{options.output}: {count} rows")
    return 0
