"""docs/security.md says who can do what, and names the tests that hold it: they exist, and every line has some."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
PAGE = (TESTS.parent / "docs" / "security.md").read_text("utf-8")
_NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def rows() -> list[list[str]]:
    """Who, can, cannot, tests; the first table of the page, without its head."""
    table = re.search(r"(?:^\|.*\n)+", PAGE[PAGE.index("## Who can do what") :], re.MULTILINE)
    assert table is not None
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.group().splitlines()[2:]]


@cache
def functions(path: Path) -> frozenset[str]:
    """The tests that a file defines."""
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0] or "the same")
def test_each_line_names_tests_that_exist(row: list[str]) -> None:
    _, can, cannot, tests = row
    named = _NAMED.findall(tests)
    assert named
    assert can or cannot
    assert (
        _NAMED.sub("", tests).strip() == ""
    )  # nothing else stands there, such as a name with a typing error
    for file, name in named:
        assert (TESTS / file).is_file(), file
        assert name in functions(TESTS / file), (file, name)


@pytest.mark.parametrize(
    "who",
    [
        "a web page", "another user", "without a key", "with a key", "an avatar", "a take", "UDP", "a plugin",
    ],
)  # fmt: skip
def test_nobody_is_forgotten(who: str) -> None:
    assert any(who in row[0] for row in rows())
