"""`omote serve`: several faces in one process: one loop, one graphics context, ports and streams for each face.

omote serve --avatars kofi,mio,me --size 256 --fps 30
omote serve --avatars left=kofi,right=kofi      # NAME=AVATAR
omote send --avatar kofi emotion happy=1        # and: omote watch --avatar kofi, omote-bridge webcam --to-avatar kofi
"""

from __future__ import annotations

import argparse
import sys

from omote.commands.run import UNUSABLE, add_face_options, config_from, name_list, run_faces
from protocol.errors import OmoteError
from runtime.face_configs import PORT_STEP, face_configs


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `serve` and its options."""
    parser = subparsers.add_parser(
        "serve",
        help="several faces in one process",
        description="Start several faces in one process. Each has its own ports, drivers, publishers, status and panel: "
        f"the first face those of the settings, each further one {PORT_STEP} higher. Its stream has its name.",
        epilog="omote status lists the faces; --avatar NAME of send, status and watch, and --to-avatar NAME of "
        "omote-bridge, find one by its name. docs/serve.md says more",
        argument_default=argparse.SUPPRESS,
    )
    parser.add_argument(
        "--avatars",
        dest="served",
        type=name_list,
        required=True,
        metavar="A,B",
        help="the faces: avatars (folders, or names of omote avatar list), or NAME=AVATAR",
    )
    add_face_options(parser)


def run(args: argparse.Namespace) -> int:
    """Run until stopped; returns 0 after a requested stop, 1 on a failure, 2 when no face could start."""
    given = vars(args)
    try:
        configs = face_configs(config_from(given), given["served"])
    except OmoteError as error:
        print(f"omote serve: {error}", file=sys.stderr)
        return UNUSABLE
    return run_faces("omote serve", configs)
