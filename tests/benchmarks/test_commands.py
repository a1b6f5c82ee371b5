"""Every Python command that README.md, CONTRIBUTING.md, SECURITY.md and docs/ name starts from a clean checkout."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY")),
    *sorted((ROOT / "docs").glob("*.md")),
]
#: Commands of the standard library, and of programs that are not part of this project.
FOREIGN = {("-m", "venv"), ("-m", "pip"), ("-m", "http.server"), ("facetracker.py",)}


def documented() -> list[tuple[str, ...]]:
    """("-m", module) or (script,) of every command that starts with `python`."""
    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    found = {tuple(line.split()[1:]) for line in re.findall(r"\bpython3? (?:-m )?[\w./]+", text)}
    return sorted(found - FOREIGN)


def test_the_benchmarks_of_the_table_are_found() -> None:
    found = documented()
    assert ("-m", "benchmarks.transport") in found
    assert ("-m", "training.landmarks") in found


@pytest.mark.parametrize("words", documented(), ids=" ".join)
def test_a_documented_command_starts(words: tuple[str, ...]) -> None:
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, *words, "--help"]
    done = subprocess.run(
        command, cwd=ROOT, env=clean, capture_output=True, text=True, timeout=600, check=False
    )
    missing = re.search(
        r"No module named '(torch|pythonosc|selenium|psutil|mediapipe|cv2|scipy)", done.stderr
    )
    if missing:
        pytest.skip(f"{missing.group(1)} is not installed")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: ")


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks").glob("[a-z]*.py")), ids=lambda path: path.stem)
def test_a_benchmark_s_docstring_names_its_own_command(path: Path) -> None:
    text = path.read_text("utf-8")
    named = re.findall(r"^(?:    )?python .*$", text.partition('"""\n')[0], re.MULTILINE)
    assert named
    assert all(line.strip().startswith(f"python -m benchmarks.{path.stem}") for line in named)
