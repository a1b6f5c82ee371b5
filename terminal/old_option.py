"""add_old_option: a former name of an option keeps working, and says the new one.

add_old_option(parser, "--people", "--count")
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any


def add_old_option(parser: argparse.ArgumentParser, old: str, new: str) -> None:
    """Accept `old` for the option `new`, which the parser has; `--help` does not show it.

    Args:
        parser: of one command.
        old: the former name, such as "--people".
        new: the name now, such as "--count".
    """
    parse_known_args = parser.parse_known_args

    def parse(args: Sequence[str] | None = None, namespace: Any = None) -> Any:
        given = sys.argv[1:] if args is None else list(args)
        return parse_known_args([_renamed(word, old, new) for word in given], namespace)

    parser.parse_known_args = parse  # type: ignore[method-assign, assignment]


def _renamed(word: str, old: str, new: str) -> str:
    name, equals, value = word.partition("=")
    if name != old:
        return word
    print(f"note: {old} is called {new} now", file=sys.stderr)
    return new + equals + value
