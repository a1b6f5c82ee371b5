"""The tests mirror the source: every module has a test file of its name, or its package says where it is tested.

`tests/PACKAGE/mirrors.toml` holds the exceptions: module = "test file: why it has no test file of its own".
"""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path

import pytest

from tests.test_imports import ALLOWED

ROOT = Path(__file__).resolve().parent.parent


def modules(package: str) -> list[Path]:
    """Every module of a package that holds behaviour, relative to the package."""
    found = (path.relative_to(ROOT / package) for path in (ROOT / package).rglob("*.py"))
    return sorted(path for path in found if path.name not in ("__init__.py", "errors.py"))


def mirror(package: str, module: Path) -> Path:
    """Where a module's tests belong."""
    return ROOT / "tests" / package / module.parent / f"test_{module.stem.strip('_')}.py"


def exceptions(package: str) -> dict[str, str]:
    path = ROOT / "tests" / package / "mirrors.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}


@cache
def imported(path: Path) -> frozenset[Path]:
    """The project's modules that a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    files = {ROOT / (name.replace(".", "/") + ".py") for name in names}
    return frozenset(file for file in files if file.is_file())


def reached(path: Path) -> set[Path]:
    """Everything that a test file leads to by imports."""
    found, waiting = set[Path](), {path}
    while waiting:
        found |= waiting
        waiting = set().union(*(imported(file) for file in waiting)) - found
    return found


@pytest.mark.parametrize("package", ALLOWED)
def test_every_module_has_its_tests(package: str) -> None:
    without = {str(module) for module in modules(package) if not mirror(package, module).is_file()}
    assert sorted(without - set(exceptions(package))) == []
    assert sorted(set(exceptions(package)) - without) == []  # gone, or has tests of its own by now


@pytest.mark.parametrize(
    ("package", "module", "says"),
    [(package, module, says) for package in ALLOWED for module, says in exceptions(package).items()],
)
def test_an_exception_names_tests_that_reach_the_module(package: str, module: str, says: str) -> None:
    file, _, why = says.partition(": ")
    assert (ROOT / file).is_file()
    assert len(why) > 10
    is_run_as_a_program = '"-m"' in (ROOT / file).read_text("utf-8")
    assert is_run_as_a_program or ROOT / package / module in reached(ROOT / file)
