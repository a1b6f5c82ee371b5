"""The version of Omote, and the option `--version` of every program.

add_version(parser)                # omote --version prints "omote 0.1.0"
"""

from __future__ import annotations

import argparse
import tomllib
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Final

_PROJECT: Final = Path(__file__).resolve().parents[1] / "pyproject.toml"


def version() -> str:
    """The version: the checkout's, where the code runs from one, else the installed package's."""
    try:
        project = tomllib.loads(_PROJECT.read_text("utf-8"))["project"]
        if project["name"] == "omote":
            return str(project["version"])
    except (OSError, ValueError, KeyError):
        pass  # an installed package: its folder has no project file
    try:
        return installed_version("omote")
    except PackageNotFoundError:
        return "of unknown version"


def add_version(parser: argparse.ArgumentParser) -> None:
    """Add `--version` to a program's parser."""
    parser.add_argument(
        "--version", action="version", version=f"%(prog)s {version()}", help="print the version"
    )
