"""`omote-train export`: writes a trained network as the model folder that the runtime reads."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from training.commands.limits import check_limits

_LIMITS: Final = {"hours": (0.0, 1e6)}


def add_parser(subparsers: Any) -> None:
    """Options of the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "export",
        help="write a trained network for the runtime",
        description="Writes the weights of a run as ONNX files with a model card. Needs torch and onnx.",
        epilog="example: omote-train export retouch runs/retouch -o models/retouch",
    )
    parser.add_argument("network", choices=("retouch",), help="which network")
    parser.add_argument("run", type=Path, metavar="RUN", help="the run's folder")
    parser.add_argument(
        "--regions", type=Path, metavar="RUN", help="run of omote-train regions over it (default: without)"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FOLDER",
        help="the model folder (default: model in the run's folder)",
    )
    parser.add_argument(
        "--trained-on",
        default="portraits and moments of the studio's training people (omote-train pairs)",
        metavar="TEXT",
        help="the data, in words, for the model card",
    )
    parser.add_argument(
        "--hours",
        type=float,
        metavar="H",
        help="of training, for the model card (default: what the log says)",
    )
    parser.add_argument(
        "--trial",
        action="store_true",
        help="mark it as a trial: `omote run` uses it only where it is asked for",
    )


def run(options: argparse.Namespace) -> int:
    """Export; returns the exit status.

    Raises:
        TrainingError: the run has no weights, or they are of another network.
    """
    from training.loop import WEIGHTS
    from training.retouch.export import export_retouch
    from training.retouch.trained import trained_form, trained_regions
    from training.run_log import LOG, read_log

    if options.hours is None:
        runs = [run for run in (options.run, options.regions) if run is not None]
        options.hours = sum(read_log(run / LOG)[-1]["minutes"] for run in runs) / 60
    check_limits(options, _LIMITS)
    folder = options.output or options.run / "model"
    net = trained_form(options.run / WEIGHTS)
    regions = None if options.regions is None else trained_regions(options.regions / WEIGHTS)
    export_retouch(
        net,
        folder,
        regions=regions,
        trained_on=options.trained_on,
        hours=options.hours,
        is_trial=options.trial,
    )
    print(f"{folder}: {sum(file.stat().st_size for file in folder.iterdir()) / 1e6:.1f} MB")
    print(f"next: omote-measure head,retouch --model {folder} -o report/", file=sys.stderr)
    return 0
