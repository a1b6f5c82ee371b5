"""The `omote-measure` command: compares what a method draws with the ground truth, and trains the probes for that.

omote-measure head,copy --protocol all --count 8 -o report/        tables, plots and picture grids
omote-measure train-probes --count 4000 --minutes 6 -o probes/      small networks that estimate factors from pictures
omote-measure tracker -o report/                                   how accurately the bridge tracks faces
omote-measure tracker-clips clip.mp4 -o report/                    its own network and MediaPipe on a real clip
omote-measure tracker-calibration -o report/                       before and after omote-bridge calibrate
omote-measure tracker-avatar -o report/                            avatars driven by trackers and by the truth
omote-measure tracker-leaks -o report/                             what the network's codes hold that they should not
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
from importlib import import_module
from pathlib import Path

from measure.methods.method import METHODS
from protocol.errors import OmoteError
from terminal.commands import run_command
from terminal.console import prepare_console
from terminal.version import add_version

TRAIN = "train-probes"
#: Command -> its module, and the function there that makes its parser.
COMMANDS = {
    "tracker": "measure.commands.tracker:tracker_parser",
    "tracker-clips": "measure.commands.tracker_clips:clips_parser",
    "tracker-calibration": "measure.commands.tracker_calibration:calibration_parser",
    "tracker-avatar": "measure.commands.tracker_avatar:avatar_parser",
    "tracker-leaks": "measure.commands.tracker_leaks:leaks_parser",
    "real": "measure.commands.real:real_parser",
    "alignment": "measure.commands.alignment:alignment_parser",
    "shape": "measure.commands.shape:shape_parser",
    "mattes": "measure.commands.mattes:mattes_parser",
    "portraits": "measure.commands.portraits:portraits_parser",
    "voice": "measure.commands.voice:voice_parser",
    "closures": "measure.commands.closures:closures_parser",
}
ALL_PROTOCOLS = ("self", "cross", "factors", "view", "emotion", "drift")


def main(argv: list[str] | None = None) -> int:
    """Parse the command line and run; returns the exit code."""
    prepare_console()
    arguments = sys.argv[1:] if argv is None else argv
    name = arguments[0] if arguments else ""
    if name == TRAIN:
        options, run = train_parser().parse_args(arguments[1:]), "measure.commands.train_probes"
    elif name in COMMANDS:
        module, parser_of = COMMANDS[name].split(":")
        parser = getattr(import_module(module), parser_of)(name)
        options, run = parser.parse_args(arguments[1:]), module
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
        "clips of real people: " + ", ".join(f"omote-measure {name} --help" for name in (TRAIN, *COMMANDS)),
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
