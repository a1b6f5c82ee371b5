"""Options and methods that the measures on real people share."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from measure.errors import MeasureError
from measure.methods.method import METHODS, Method, make_method, models_of
from terminal.missing_package import missing_package

if TYPE_CHECKING:  # it needs torch
    from measure.judges.face_judges import FaceJudges


def add_method_options(parser: argparse.ArgumentParser, *, default: tuple[str, ...], size: int) -> None:
    """Add --methods, --output, --size, --model and --face-landmarker.

    Args:
        default: the methods without --methods. size: side of the frames without --size, pixels.
    """
    from measure.__main__ import names_of

    parser.add_argument(
        "--methods",
        type=names_of(tuple(METHODS)),
        default=default,
        metavar="NAMES",
        help=f"some of {', '.join(METHODS)} (default: {', '.join(default)})",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="the report's folder")
    parser.add_argument(
        "--size", type=int, default=size, metavar="PIXELS", help=f"side of the frames (default {size})"
    )
    parser.add_argument(
        "--model",
        type=Path,
        action="append",
        default=[],
        metavar="FOLDER",
        help="another network for the method that it is of, as omote-train export writes it; may be repeated",
    )
    parser.add_argument(
        "--face-landmarker", type=Path, metavar="FILE", help="MediaPipe's face_landmarker.task"
    )


def open_methods(options: argparse.Namespace, stack: ExitStack) -> list[Method]:
    """Open the methods that these options name; the stack closes them.

    Raises:
        BridgeError, RenderError: a method cannot work here.
    """
    return [
        stack.enter_context(
            make_method(
                name,
                size=options.size,
                face_landmarker=options.face_landmarker,
                model=model,
            )
        )
        for name, model in models_of(options.methods, options.model).items()
    ]


def add_judges_option(parser: argparse.ArgumentParser, *, without: str) -> None:
    """Add --judges.

    Args:
        without: what is missing without it.
    """
    parser.add_argument(
        "--judges",
        type=Path,
        metavar="DIR",
        help="model folder of the npm package @vladmandic/face-api, unpacked (npm pack @vladmandic/face-api); without it, "
        + without,
    )


def open_judges(options: argparse.Namespace) -> FaceJudges | None:
    """The judges of --judges, if it is given.

    Raises:
        MeasureError: torch is missing, or the folder cannot be read.
    """
    if options.judges is None:
        return None
    try:
        from measure.judges.face_judges import FaceJudges
    except ModuleNotFoundError as error:
        raise MeasureError(missing_package(error)) from error
    return FaceJudges(options.judges)
