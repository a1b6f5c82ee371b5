"""`omote-bridge import CSV -o TAKE`: makes a take of a CSV that Live Link Face recorded."""

from __future__ import annotations

import argparse
from pathlib import Path

from bridge.commands.console import say
from bridge.commands.options import Subparsers


def add_parser(subparsers: Subparsers) -> None:
    """Add `import` to the command line."""
    parser = subparsers.add_parser(
        "import",
        help="a CSV of Live Link Face as a take",
        description=(
            "Make a take of the CSV that the app Live Link Face writes beside its videos. Values are taken as they "
            "are, and each row at the time of its timecode. `omote-bridge export` gives the same CSV again."
        ),
        epilog="example: omote-bridge import take.csv -o take.mcap",
    )
    parser.add_argument("csv", type=Path, help="the CSV file")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="TAKE", help="the new take, such as take.mcap"
    )
    parser.add_argument(
        "--fps",
        default="",
        metavar="RATE",
        help="frames a second of the timecodes, such as 30, 29.97 or 60 (default: by the largest frame number in them; "
        "timecodes with ';' are drop-frame)",
    )
    parser.add_argument(
        "--source", default="", metavar="NAME", help="the driver's name in the take (default: livelink:FILE)"
    )


def run(options: argparse.Namespace) -> int:
    """Import; return the exit code.

    Raises:
        RecordingError: the CSV cannot be read, or the take exists.
    """
    from bridge.takes.csv_import import import_csv
    from terminal.progress import progress_bar

    with progress_bar(100, "percent") as bar:
        found = import_csv(
            options.csv,
            options.output,
            fps=options.fps,
            driver=options.source,
            progress=lambda share: bar(round(100 * share)),
        )
    cut = "; the last row is incomplete, and is left out" if found.is_cut else ""
    drop = ", drop-frame" if found.rate.is_drop else ""
    say(
        f"{options.output}: {found.rows} rows at {found.rate} frames a second{drop}, {found.faces} of them with a "
        f"face{cut}; play it with: omote-bridge replay {options.output}"
    )
    return 0
