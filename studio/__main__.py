"""The `omote-studio` command: renders labelled faces for training and measuring.

omote-studio import ICT-FaceKit                                    once: read the head from a clone of ICT-FaceKit
omote-studio preview -o sheet.png                                  contact sheets, one factor at a time
omote-studio portrait --identity 35 --look 35 -o her.png           one face to make an avatar from
omote-studio render --count 20000 --size 256 -o data/           a data set in WebDataset shards
omote-studio serve --batches 20                                    batches without a disk
omote-studio video --identity 7 --emotion angry --orbit -o clip.mp4
"""

from __future__ import annotations

import sys

from protocol.errors import OmoteError
from terminal.commands import run_program

#: command -> module with `add_parser(subparsers)` and `run(options) -> int`.
COMMANDS = {
    "import": "studio.commands.ict_import",
    "preview": "studio.commands.preview",
    "portrait": "studio.commands.portrait",
    "render": "studio.commands.render",
    "serve": "studio.commands.serve",
    "video": "studio.commands.video",
}


def main(argv: list[str] | None = None) -> int:
    """Parse the command line and run one command; returns the exit code."""
    return run_program(
        "omote-studio",
        COMMANDS,
        argv,
        description="Renders faces with known identity, expression, emotion, pose and camera.",
        epilog="example: omote-studio preview -o sheet.png",
        error=OmoteError,
    )


if __name__ == "__main__":
    sys.exit(main())
