"""Programs of several commands: one is parsed and run, and its errors become one line.

    sys.exit(run_program("omote-train", COMMANDS, description="...", epilog="example: ...", error=OmoteError))

A command's module is imported only when it is used, and has `add_parser(subparsers)` and `run(options) -> int`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

from terminal.console import prepare_console
from terminal.missing_package import missing_package
from terminal.version import add_version


def run_program(
    name: str,
    commands: Mapping[str, str],
    argv: Sequence[str] | None = None,
    *,
    description: str,
    epilog: str,
    error: type[Exception],
) -> int:
    """Parse a command line and run its command; returns the exit code.

    Args:
        name: of the program.
        commands: command -> module.
        argv: the words after the program's name; None = this process's.
        description, epilog: of the program's --help.
        error: raised by commands with a message for the user.
    """
    prepare_console()
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog=name, description=description, epilog=epilog)
    add_version(parser)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    named = arguments[0] if arguments else ""
    for command in [named] if named in commands else commands:
        import_module(commands[command]).add_parser(subparsers)
    options = parser.parse_args(arguments)
    return run_command(f"{name} {options.command}", commands[options.command], options, error=error)


def run_command(
    name: str,
    module: str,
    options: argparse.Namespace,
    *,
    error: type[Exception],
    stopped: str = "stopped",
) -> int:
    """Run a command's module; prints an error as one line and returns the exit code.

    Args:
        name: program and command, as messages begin.
        error: raised by the command with a message for the user. stopped: said after Ctrl+C.
    """
    try:
        code: int = import_module(module).run(options)
    except ModuleNotFoundError as missing:
        print(f"{name}: {missing_package(missing)}", file=sys.stderr)
        return 1
    except error as said:
        print(f"{name}: {said}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{name}: {stopped}", file=sys.stderr)
        return 130
    return code
