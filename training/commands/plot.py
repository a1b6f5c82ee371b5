"""`omote-train plot`: draws the log of a run as SVG."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from protocol.errors import FileError
from protocol.file_names import check_new_file
from training.errors import TrainingError
from training.run_log import LOG, read_log, svg_of


def add_parser(subparsers: Any) -> None:
    """Options of the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "plot",
        help="plot the course of a run",
        description="Draws the figures on unseen people and the losses of a run over its minutes.",
        epilog="example: omote-train plot runs/retouch -o docs/training.svg",
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="the run's folder")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="the SVG file (default: plot.svg in the run's folder)",
    )


def run(options: argparse.Namespace) -> int:
    """Plot; returns the exit status.

    Raises:
        TrainingError: there is no log, it is damaged, or the file cannot be written.
    """
    rows = read_log(options.run / LOG)
    path = options.output or options.run / "plot.svg"
    try:
        check_new_file(path)
        path.write_text(svg_of(rows), encoding="utf-8")
    except FileError as error:
        raise TrainingError(str(error)) from error
    except OSError as error:
        raise TrainingError(f"{path} cannot be written: {error.strerror or error}") from error
    print(path)
    return 0
