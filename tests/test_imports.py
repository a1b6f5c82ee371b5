"""Imports go one way, as in docs/architecture.md; a wrong one fails here with its file and line."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

#: package -> the packages of ours that it may import, besides itself: those on the floors below it
ALLOWED = {
    "protocol": set[str](),
    "terminal": set[str](),
    "cluster": {"protocol"},
    "face": {"protocol"},
    "vision": {"protocol"},
    "inference": {"protocol"},
    "bridge": {"protocol", "terminal", "face", "vision", "inference"},
    "runtime": {"protocol", "face", "vision", "inference"},
    "networks": {"protocol", "face", "vision"},
    "authoring": {"protocol", "face", "vision", "inference", "bridge", "runtime"},
    "studio": {"protocol", "terminal", "cluster", "face", "vision", "inference", "bridge", "runtime"},
    "measure": {
        "protocol", "terminal", "cluster", "face", "vision", "inference", "bridge", "runtime", "networks", "authoring",
        "studio",
    },
    "training": {
        "protocol", "terminal", "cluster", "face", "vision", "inference", "bridge", "runtime", "networks", "authoring",
        "studio", "measure",
    },
    "omote": {"protocol", "terminal", "cluster", "face", "vision", "inference", "bridge", "runtime", "authoring"},
}  # fmt: skip
OURS = {*ALLOWED, "benchmarks", "examples", "tests", "scripts"}

#: package -> what it may not import from elsewhere, not even inside a function
FORBIDDEN = {
    "protocol": {
        "torch",
        "zmq",
        "socket",
        "asyncio",
        "websockets",
        "threading",
        "multiprocessing",
        "selectors",
    },
    "face": {"torch", "zmq", "socket", "asyncio", "websockets"},
    "vision": {"torch"},
    "inference": {"torch", "zmq", "socket", "asyncio", "websockets"},
    "bridge": {"torch"},
    "runtime": {"torch"},
    "authoring": {"torch"},
    "omote": {"torch"},
}
#: Imported where they are used: `omote status` must not wait for MediaPipe.
HEAVY = {"torch", "av", "mediapipe", "cv2", "scipy", "onnxruntime"}


def imported(path: Path) -> list[tuple[int, str]]:
    """Line and top-level name of every import of a file, also those inside functions."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name.split(".")[0]) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.append((node.lineno, node.module.split(".")[0]))
    return found


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_imports_only_what_stands_before_it(package: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sources(package)
        for line, name in imported(path)
        if name in OURS - ALLOWED[package] - {package}
    ]
    assert sources(package) != []
    assert wrong == []


@pytest.mark.parametrize("package", FORBIDDEN)
def test_a_package_does_without_what_it_must_not_need(package: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sources(package)
        for line, name in imported(path)
        if name in FORBIDDEN[package]
    ]
    assert wrong == []


def test_no_circle_of_modules() -> None:
    """Modules that import each other at the top cannot be read, or tested, one after the other."""
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for package in ALLOWED
        for path in sources(package)
    }
    edges = {name: set(top_level_modules(path)) & set(modules) - {name} for name, path in modules.items()}
    done: set[str] = set()
    while ready := {name for name, needs in edges.items() if name not in done and needs <= done}:
        done |= ready
    assert sorted(set(edges) - done) == []


def top_level_modules(path: Path) -> list[str]:
    """Every module that a file imports when it is imported itself, but for type checking."""
    found = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


def test_every_package_of_ours_has_a_rule() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages <= OURS


@pytest.mark.parametrize(
    "package",
    ["protocol", "terminal", "cluster", "face", "vision", "inference", "bridge", "runtime", "omote"],
)
def test_nothing_heavy_is_imported_at_the_top(package: str) -> None:
    wrong = []
    for path in sources(package):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name.split(".")[0] for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module.split(".")[0]]
            wrong += [f"{path.relative_to(ROOT)}:{node.lineno} imports {n}" for n in names if n in HEAVY]
    assert wrong == []


def test_no_name_of_ours_hides_one_of_pythons() -> None:
    assert OURS & set(sys.stdlib_module_names) == set()
