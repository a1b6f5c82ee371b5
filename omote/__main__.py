"""The `omote` command.

omote run                                  start the runtime
omote serve --avatars kofi,mio             several faces in one process
omote fleet up kofi mio                    many faces on many machines, by Ray
omote app                                  the panel in a window, with an icon in the tray
omote avatar make me.jpg                   portrait -> avatar
omote send emotion happy=1                 drive the runtime once
omote render --avatar me --drive clip.mp4 -o out.mp4
omote status                               what the runtime is doing
omote watch                                rate, latency and losses of its frames
omote keys add laptop                      allow another machine
omote weights                              networks of others: where people get them, what is here
omote config --init                        a file with every setting
omote doctor                               what is installed and what to do
"""

from __future__ import annotations

import argparse
import logging
import sys
from importlib import import_module
from importlib.util import find_spec

from terminal.console import prepare_console
from terminal.version import add_version

#: command -> module with `add_parser(subparsers)` and `run(args) -> int`, imported only when it is used.
COMMANDS = {
    "run": "omote.commands.run",
    "serve": "omote.commands.serve",
    "fleet": "omote.commands.fleet",
    "app": "omote.commands.app",
    "avatar": "omote.commands.avatar",
    "send": "omote.commands.send",
    "render": "omote.commands.render",
    "status": "omote.commands.status",
    "keys": "omote.commands.keys",
    "watch": "omote.commands.watch",
    "doctor": "omote.commands.doctor",
    "config": "omote.commands.config",
    "weights": "omote.commands.weights",
}


def main(argv: list[str] | None = None) -> int:
    """Parse the command line and run one command; returns the exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    prepare_console(level=logging.INFO, log_format="%(levelname)s %(message)s")
    parser = argparse.ArgumentParser(
        prog="omote", description="One portrait becomes a live face that any program can move."
    )
    add_version(parser)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    named = arguments[0] if arguments else ""
    for command in [named] if named in COMMANDS else COMMANDS:
        if find_spec(COMMANDS[command]) is not None:
            import_module(COMMANDS[command]).add_parser(subparsers)
    args = parser.parse_args(arguments)
    code: int = import_module(COMMANDS[args.command]).run(args)
    return code


if __name__ == "__main__":
    sys.exit(main())
