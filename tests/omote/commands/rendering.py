"""`omote render` by its command line, and what it writes."""

from __future__ import annotations

import argparse
from pathlib import Path

from omote.commands.render import add_parser, run


def render(*arguments: str | Path) -> int:
    parser = argparse.ArgumentParser("omote")
    add_parser(parser.add_subparsers())
    return run(parser.parse_args(["render", *map(str, arguments)]))


def null_avatar(folder: Path) -> Path:
    """An avatar that the null engine draws, in a new folder; returns it."""
    folder.mkdir()
    (folder / "avatar.toml").write_text('format = 1\nname = "test"\nengine = "null"\n')
    return folder


def pngs(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in sorted(folder.glob("*.png"))]
