"""`omote config`: the settings of `omote run`, as a commented TOML file.

omote config --init                        # writes omote.toml with every setting; then: omote run --config omote.toml
omote config --init small.toml --size 256 --fps 30
omote config --show --config omote.toml    # what omote run would use: defaults, file and options
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from omote.commands.run import add_run_options, config_from
from protocol.errors import OmoteError
from runtime.config_text import config_toml
from runtime.errors import ConfigError

FILE: Final = "omote.toml"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `config`; it takes the options of `omote run` too."""
    parser = subparsers.add_parser(
        "config",
        help="write or show the settings of omote run, as a commented file",
        description="Write a file with every setting of omote run, or show the settings that omote run would use with "
        "the same file and options.",
        epilog=f"example: omote config --init, then: omote run --config {FILE}",
        argument_default=argparse.SUPPRESS,
    )
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument(
        "--init", nargs="?", const=FILE, metavar="FILE", help=f"write a settings file (default: {FILE})"
    )
    action.add_argument("--show", action="store_true", help="print the settings in force")
    parser.add_argument("--force", action="store_true", help="with --init: replace an existing file")
    add_run_options(parser.add_argument_group("the options of omote run"))


def run(args: argparse.Namespace) -> int:
    """Write or print the settings; returns the exit status."""
    given = vars(args)
    try:
        text = config_toml(config_from(given))
        if "init" not in given:
            print(text, end="")
            return 0
        _write(Path(given["init"]), text, replace=given.get("force", False))
    except OmoteError as error:
        print(f"omote config: {error}", file=sys.stderr)
        return 1
    print(f"{given['init']} is written; change it, then: omote run --config {given['init']}")
    return 0


def _write(path: Path, text: str, *, replace: bool) -> None:
    try:
        with path.open("w" if replace else "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise ConfigError(f"{path} exists already; name another file, or replace it with --force") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror}); name another file") from error
