"""`omote-train convert`: networks of others, as torch checkpoints, into the ONNX files that the runtime runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path, PurePosixPath
from typing import Any, Final

from inference.weight_search import FoundWeights, find_weights, weights_folder
from inference.weight_sets import weight_sets
from training.errors import TrainingError

#: The set whose files are written, and those that are read, by their keys in the table of weight sets.
WRITTEN: Final = "liveportrait-onnx"
READ: Final = ("liveportrait-pth", "liveportrait-safetensors")


def add_parser(subparsers: Any) -> None:
    """Options of the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "convert",
        help="networks of others into ONNX files",
        description="Reads LivePortrait's checkpoints (.pth or safetensors) and writes the ONNX files that omote run "
        "needs. Needs torch and onnx, about 3 GB of memory and a few minutes.",
        epilog="example: omote-train convert --weights pretrained_weights/liveportrait",
    )
    parser.add_argument(
        "--weights", type=Path, metavar="DIR", help="the checkpoints' folder (default: the usual places)"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FOLDER",
        help=f"default: {weights_folder() / WRITTEN}".replace("%", "%%"),
    )
    parser.add_argument(
        "--half", action="store_true", help="store weights as float16: half as large, slightly less exact"
    )


def run(options: argparse.Namespace) -> int:
    """Convert; returns the exit status.

    Raises:
        TrainingError: there are no checkpoints, or a file cannot be written. CheckpointError: one does not fit.
    """
    import torch  # noqa: F401  (that it is missing is said first)

    from networks.liveportrait.checkpoints import load_networks
    from training.liveportrait_graphs import write_graphs

    found = checkpoints(options.weights)
    print(f"{found.weights.title}: {found.folder}\nlicence: {found.weights.licence}", file=sys.stderr)
    networks = load_networks({PurePosixPath(name).stem: path for name, path in found.files.items()})
    folder = options.output or weights_folder() / WRITTEN
    write_graphs(networks, folder, is_halved=options.half, progress=lambda file: print(file, file=sys.stderr))
    print(folder)
    return 0


def checkpoints(named: Path | None) -> FoundWeights:
    """The checkpoints in a folder, or in the usual places.

    Raises:
        TrainingError: none are complete; says what is missing.
    """
    found = [find_weights(one, named) for one in weight_sets() if one.key in READ]
    complete = next((one for one in found if one.is_complete), None)
    if complete is not None:
        return complete
    best = max(found, key=lambda one: len(one.files))
    where = named or "the usual places"
    if not best.files:
        raise TrainingError(f"{where}: no LivePortrait checkpoints; omote weights says where people get them")
    missing = ", ".join(one.name for one in best.missing)
    raise TrainingError(f"{best.folder} lacks {missing}; copy them there and try again")
