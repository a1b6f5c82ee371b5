"""`omote-measure alignment`: how far drafts and the truth lie apart, by the head's yaw and by region."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from measure.errors import MeasureError
from studio.commands.options import add_head_options
from studio.head.identity import identities_of
from studio.head.source import read_face_source
from studio.head.source_path import find_face_source
from terminal.progress import progress_bar
from vision.landmarker import FaceLandmarker, find_face_landmarker
from vision.native_logs import quiet_native_libraries

_LIMITS: Final = {"count": (1, 10_000), "motions": (1, 1000), "seed": (0, 2**31)}


def alignment_parser(name: str) -> argparse.ArgumentParser:
    """Options of the command."""
    parser = argparse.ArgumentParser(
        prog=f"omote-measure {name}",
        description="Fits the head to portraits of the test split as omote avatar make does, moves it, and prints how far "
        "its landmarks lie from the true ones, by yaw and by region, as a Markdown table.",
        epilog=f"example: omote-measure {name} --count 40",
    )
    parser.add_argument(
        "--count", type=int, default=40, metavar="N", help="people of the test split (default 40)"
    )
    parser.add_argument(
        "--motions", type=int, default=24, metavar="N", help="moments of each person (default 24)"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="random seed of the moments (default 0)"
    )
    parser.add_argument(
        "--face-landmarker", type=Path, metavar="FILE", help="MediaPipe's face_landmarker.task"
    )
    add_head_options(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    """Measure and print; returns the exit status.

    Raises:
        MeasureError, BridgeError, RuntimeFailure: with a message for the user.
    """
    from authoring.portrait.detect import AT_ONCE
    from measure.alignment import SIZE, markdown_of, measure_alignment, rows_of
    from studio.renderer import Studio

    for name, (low, high) in _LIMITS.items():
        if not low <= getattr(options, name) <= high:
            raise MeasureError(f"--{name} {getattr(options, name)}, expected {low} to {high}")
    source = read_face_source(find_face_source(options.ict))
    model = find_face_landmarker(options.face_landmarker)
    quiet_native_libraries()
    with (
        Studio(source) as studio,
        FaceLandmarker(model, video=False, num_faces=AT_ONCE) as landmarker,
        progress_bar(options.count, "people") as bar,
    ):
        gaps, refused = measure_alignment(
            studio,
            landmarker,
            identities_of("test", options.count),
            motions=options.motions,
            seed=options.seed,
            style=options.style,
            progress=bar,
        )
    if not gaps:
        raise MeasureError(f"all {refused} portraits were refused; expected faces that the landmarker finds")
    print(markdown_of(rows_of(gaps)))
    print(
        f"{options.count - refused} people, {refused} portraits refused; pixels of {SIZE}, mean ± standard deviation over "
        "pictures",
        file=sys.stderr,
    )
    return 0
