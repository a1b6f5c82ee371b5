"""`omote-measure shape`: how far heads that are fitted to one portrait lie from the true ones, by part."""

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

_MOST: Final = 10_000


def shape_parser(name: str) -> argparse.ArgumentParser:
    """Options of the command."""
    parser = argparse.ArgumentParser(
        prog=f"omote-measure {name}",
        description="Fits the head to portraits of the test split as omote avatar make does, and prints how far it "
        "lies from the true one, in millimetres: face, ears and neck, scalp, shoulders.",
        epilog=f"example: omote-measure {name} --count 50",
    )
    parser.add_argument(
        "--count", type=int, default=50, metavar="N", help="people of the test split (default 50)"
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
    from measure.head_shape import WAYS, markdown_of, measure_shapes
    from studio.renderer import Studio

    if not 1 <= options.count <= _MOST:
        raise MeasureError(f"--count {options.count}, expected 1 to {_MOST}")
    source = read_face_source(find_face_source(options.ict))
    model = find_face_landmarker(options.face_landmarker)
    quiet_native_libraries()
    with (
        Studio(source) as studio,
        FaceLandmarker(model, video=False, num_faces=AT_ONCE) as landmarker,
        progress_bar(options.count, "people") as bar,
    ):
        errors, refused = measure_shapes(
            studio,
            landmarker,
            source,
            identities_of("test", options.count),
            style=options.style,
            progress=bar,
        )
    if not errors[WAYS[0]]["face"]:
        raise MeasureError(f"all {refused} portraits were refused; expected faces that the landmarker finds")
    print(markdown_of(errors))
    print(
        f"{options.count - refused} people, {refused} portraits refused; root mean square distance in millimetres, mean "
        "over people (95th percentile)",
        file=sys.stderr,
    )
    return 0
