"""The `omote-measure` command: compares what a method draws with the ground truth, and trains the probes for that.

omote-measure head,copy --protocol all --count 8 -o report/        tables, plots and picture grids
omote-measure train-probes --count 4000 --minutes 6 -o probes/      small networks that estimate factors from pictures
omote-measure tracker -o report/                                   how accurately the bridge tracks faces
omote-measure tracker-clips clip.mp4 -o report/                    its own network and MediaPipe on a real clip
omote-measure real clip.mp4 -o report/                             a real person's clip against itself
omote-measure alignment                                            how far drafts and the truth lie apart
omote-measure shape --count 50                                     how far fitted heads lie from the true ones
omote-measure mattes --count 200                                   how exactly people are cut out of portraits
omote-measure voice --data test-speech/ -o report/                 how well lips follow a voice
omote-measure closures --data unseen-speech/                       which signs of a [p] shut the lips
omote-measure portraits me.jpg --judges package/model -o report/    real portraits, by judges from outside
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from measure.methods.method import METHODS
from protocol.errors import OmoteError
from terminal.commands import run_command
from terminal.console import prepare_console
from terminal.version import add_version

TRAIN = "train-probes"
TRACKER = "tracker"
TRACKER_CLIPS = "tracker-clips"
REAL = "real"
ALIGNMENT = "alignment"
SHAPE = "shape"
PORTRAITS = "portraits"
MATTES = "mattes"
VOICE = "voice"
CLOSURES = "closures"
ALL_PROTOCOLS = ("self", "cross", "factors", "view", "emotion", "drift")


def main(argv: list[str] | None = None) -> int:
    """Parse the command line and run; returns the exit code."""
    prepare_console()
    arguments = sys.argv[1:] if argv is None else argv
    if arguments[:1] == [TRAIN]:
        options, run = train_parser().parse_args(arguments[1:]), "measure.commands.train_probes"
    elif arguments[:1] == [TRACKER]:
        from measure.commands.tracker import tracker_parser

        options, run = tracker_parser(TRACKER).parse_args(arguments[1:]), "measure.commands.tracker"
    elif arguments[:1] == [TRACKER_CLIPS]:
        from measure.commands.tracker_clips import clips_parser

        options, run = clips_parser(TRACKER_CLIPS).parse_args(arguments[1:]), "measure.commands.tracker_clips"
    elif arguments[:1] == [REAL]:
        from measure.commands.real import real_parser

        options, run = real_parser(REAL).parse_args(arguments[1:]), "measure.commands.real"
    elif arguments[:1] == [ALIGNMENT]:
        from measure.commands.alignment import alignment_parser

        options, run = alignment_parser(ALIGNMENT).parse_args(arguments[1:]), "measure.commands.alignment"
    elif arguments[:1] == [SHAPE]:
        from measure.commands.shape import shape_parser

        options, run = shape_parser(SHAPE).parse_args(arguments[1:]), "measure.commands.shape"
    elif arguments[:1] == [MATTES]:
        from measure.commands.mattes import mattes_parser

        options, run = mattes_parser(MATTES).parse_args(arguments[1:]), "measure.commands.mattes"
    elif arguments[:1] == [PORTRAITS]:
        from measure.commands.portraits import portraits_parser

        options, run = portraits_parser(PORTRAITS).parse_args(arguments[1:]), "measure.commands.portraits"
    elif arguments[:1] == [VOICE]:
        from measure.commands.voice import voice_parser

        options, run = voice_parser(VOICE).parse_args(arguments[1:]), "measure.commands.voice"
    elif arguments[:1] == [CLOSURES]:
        from measure.commands.closures import closures_parser

        options, run = closures_parser(CLOSURES).parse_args(arguments[1:]), "measure.commands.closures"
    else:
        options, run = measure_parser().parse_args(arguments), "measure.commands.measure"
    return run_command(
        "omote-measure", run, options, error=OmoteError, stopped="stopped; nothing was written"
    )


def measure_parser() -> argparse.ArgumentParser:
    """Options of a measurement."""
    parser = argparse.ArgumentParser(
        prog="omote-measure",
        description="Lets methods draw the studio's pictures of people of the test split, and reports "
        "the differences. Other commands train the probes, and measure the tracker, the place of drafts, and methods on "
        "clips of real people: "
        + ", ".join(
            f"omote-measure {name} --help" for name in (TRAIN, TRACKER, TRACKER_CLIPS, ALIGNMENT, REAL)
        ),
        epilog="example: omote-measure head,copy --protocol all --count 8 -o report/",
    )
    add_version(parser)
    parser.add_argument("methods", type=names_of(tuple(METHODS)), metavar="METHOD", help=", ".join(METHODS))
    parser.add_argument(
        "--protocol",
        type=names_of(ALL_PROTOCOLS),
        default=ALL_PROTOCOLS,
        metavar="NAME",
        help=f"some of {', '.join(ALL_PROTOCOLS)}, or all (default)",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="the report's folder")
    parser.add_argument(
        "--count", type=int, default=8, metavar="N", help="people of the test split (default 8)"
    )
    parser.add_argument(
        "--frames",
        type=int,
        default=6,
        metavar="T",
        help="frames of self, cross and both ends of drift (default 6)",
    )
    parser.add_argument(
        "--size", type=int, default=256, metavar="PIXELS", help="side of the frames (default 256)"
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        metavar="N",
        help="random seed of the moments that are drawn (default 0)",
    )
    parser.add_argument(
        "--probes", metavar="FILE", help="trained probes, or none (default: the probes that come with Omote)"
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
        "--face-landmarker", type=Path, metavar="FILE", help="MediaPipe's face_landmarker.task, for head"
    )
    _add_head(parser)
    return parser


def train_parser() -> argparse.ArgumentParser:
    """Options of training the probes."""
    parser = argparse.ArgumentParser(
        prog=f"omote-measure {TRAIN}",
        description="Draws faces and trains the probes on their labels, in minutes on two CPU cores. Needs torch.",
        epilog=f"example: omote-measure {TRAIN} --count 4000 --minutes 6 -o probes/",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="the probes' folder")
    parser.add_argument("--count", type=int, default=4000, metavar="N", help="pictures drawn (default 4000)")
    parser.add_argument(
        "--minutes", type=float, default=6.0, metavar="M", help="training time without drawing (default 6)"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="random seed of the pictures (default 0)"
    )
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes that draw (default 1)")
    _add_head(parser)
    return parser


def names_of(known: tuple[str, ...]) -> Callable[[str], tuple[str, ...]]:
    """`a,b` -> ("a", "b"), for argparse; `all` is all of them."""

    def parse(text: str) -> tuple[str, ...]:
        found = known if text == "all" else tuple(dict.fromkeys(text.split(",")))
        for name in found:
            if name not in known:
                raise argparse.ArgumentTypeError(f"got {name!r}, expected some of {','.join(known)}")
        return found

    return parse


def _add_head(parser: argparse.ArgumentParser) -> None:
    from studio.commands.options import add_head_options

    add_head_options(parser)


if __name__ == "__main__":
    sys.exit(main())
