"""`omote-train liveportrait`: trains narrow networks in LivePortrait's place and writes their ONNX files."""

from __future__ import annotations

import argparse
import sys
from typing import Any, Final

from terminal.progress import progress_bar
from training.commands.ray_options import run_command_on_ray
from training.commands.run_options import add_run_options, check_run, report, train_options

#: Folder of the ONNX files within a run.
ONNX: Final = "onnx"


def add_parser(subparsers: Any) -> None:
    """Options of the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "liveportrait",
        help="train narrow networks in LivePortrait's place",
        description="Trains the networks of LivePortrait at an eighth of their widths and a quarter of their "
        "resolution, to try the engine without its weights. Their keypoints are landmarks that the studio knows. "
        "Their ONNX files are written into the run's folder. Needs torch and onnx.",
        epilog="example: omote-train liveportrait --data pairs/ --held-out held-out/ --minutes 60 -o runs/narrow",
    )
    add_run_options(parser, batch=4, rate=1e-3)


def run(options: argparse.Namespace) -> int:
    """Train and write; returns the exit status.

    Raises:
        TrainingError: with a message for the user.
    """
    folders, held_out = check_run(options)
    if options.ray:
        return run_command_on_ray(__name__, options)
    from training.narrow_liveportrait.export import export_narrow
    from training.narrow_liveportrait.train import train_narrow

    with progress_bar(options.minutes, "minutes") as bar:
        found = train_narrow(
            folders,
            held_out,
            options.output,
            train_options(options),
            resume=options.resume,
            progress=lambda minutes, note: bar(round(min(minutes, options.minutes), 1), note),
        )
    report(options, len(folders), len(held_out), found)
    if found:
        folder = options.output / ONNX
        export_narrow(options.output, folder)
        print(
            f"next: omote avatar make me.jpg --engine liveportrait --weights {folder}",
            file=sys.stderr,
        )
    return 0
