"""The `omote-studio` command: renders labelled faces for training and measuring.

omote-studio import ICT-FaceKit                                    once: read the head from a clone of ICT-FaceKit
omote-studio preview -o sheet.png                                  contact sheets, one factor at a time
omote-studio portrait --identity 35 --look 35 -o her.png           one face to make an avatar from
omote-studio render --count 20000 --size 256 -o data/           a data set in WebDataset shards
omote-studio serve --batches 20                                    batches without a disk
omote-studio video --identity 7 --emotion angry --orbit -o clip.mp4
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from protocol.errors import OmoteError
from terminal.console import prepare_console
from terminal.missing_package import missing_package
from terminal.version import add_version

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
    prepare_console()
    arguments = sys.argv[1:] if argv is None else argv
    parser = argparse.ArgumentParser(
        prog="omote-studio",
        description="Renders faces with known identity, expression, emotion, pose and camera.",
        epilog="example: omote-studio preview -o sheet.png",
    )
    add_version(parser)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    named = arguments[0] if arguments else ""
    for command in [named] if named in COMMANDS else COMMANDS:
        import_module(COMMANDS[command]).add_parser(subparsers)
    options = parser.parse_args(arguments)
    return _run(options)


def _run(options: argparse.Namespace) -> int:
    """Run one command and print an error as one line; returns the exit code."""
    try:
        code: int = import_module(COMMANDS[options.command]).run(options)
    except ModuleNotFoundError as error:
        print(f"omote-studio {options.command}: {missing_package(error)}", file=sys.stderr)
        return 1
    except OmoteError as error:
        print(f"omote-studio {options.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"omote-studio {options.command}: stopped", file=sys.stderr)
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())
