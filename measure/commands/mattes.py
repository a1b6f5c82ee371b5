"""`omote-measure mattes`: how exactly people are cut out of portraits, against the studio's true alpha."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from measure.errors import MeasureError
from studio.head.source import read_face_source
from studio.head.source_path import find_face_source
from terminal.progress import progress_bar

_LIMITS: Final = {"count": (1, 10_000), "seed": (0, 2**31)}


def mattes_parser(name: str) -> argparse.ArgumentParser:
    """Options of the command."""
    parser = argparse.ArgumentParser(
        prog=f"omote-measure {name}",
        description="Cuts people of the test split out of portraits before plain, similar and busy grounds, by colours and "
        "by the parsing network, and prints both methods' errors as a Markdown table.",
        epilog=f"example: omote-measure {name} --count 200",
    )
    parser.add_argument(
        "--count", type=int, default=200, metavar="N", help="people of the test split (default 200)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="random seed (default 0)")
    parser.add_argument(
        "--model", type=Path, metavar="FOLDER", help="the parsing network (default: the one that comes along)"
    )
    parser.add_argument("--ict", type=Path, metavar="FILE", help="ICT-FaceKit's arrays, as for omote-studio")
    return parser


def run(options: argparse.Namespace) -> int:
    """Measure and print; returns the exit status.

    Raises:
        MeasureError, ModelError, ProviderError, RuntimeFailure: with a message for the user.
    """
    for name, (low, high) in _LIMITS.items():
        if not low <= getattr(options, name) <= high:
            raise MeasureError(f"--{name} {getattr(options, name)}, expected {low} to {high}")
    source = read_face_source(find_face_source(options.ict))
    from authoring.portrait.parsing import INSTALLED, open_parser
    from measure.mattes import markdown_of, measure_mattes
    from studio.renderer import Studio

    parser = open_parser(options.model or INSTALLED)
    if parser is None:
        raise MeasureError("the parsing network needs ONNX Runtime: pip install 'omote[neural]'")
    with Studio(source) as studio, progress_bar(options.count, "people") as bar:
        rows = measure_mattes(studio, parser, options.count, seed=options.seed, progress=bar)
    if not rows:
        raise MeasureError("all portraits were refused; expected heads that look roughly into the camera")
    print(markdown_of(rows))
    print("next: omote avatar make me.jpg --matte parsing", file=sys.stderr)
    return 0
