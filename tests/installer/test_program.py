"""The program that is packed does what Python does, where the runtime starts processes of its own; run here by Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Windows starts no Python without its own variables.
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}
PROGRAM = (sys.executable, str(ROOT / "installer" / "program.py"))


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments], capture_output=True, text=True, timeout=120, env=ENVIRONMENT
    )


def test_a_module_gets_its_arguments() -> None:
    done = run("-m", "bridge", "--version")
    assert (done.returncode, done.stdout.startswith("omote-bridge ")) == (0, True)


def test_a_line_of_python_runs() -> None:
    done = run("-c", "import sys; print(sys.argv, __name__)", "x")
    assert done.stdout == "['-c', 'x'] __main__\n"


@pytest.mark.parametrize(
    ("arguments", "words"), [(("--version",), "omote "), (("run", "--help"), "--avatar")]
)
def test_everything_else_is_the_command(arguments: tuple[str, ...], words: str) -> None:
    done = run(*arguments)
    assert done.returncode == 0
    assert words in done.stdout


def test_the_frames_of_a_program_are_found(tmp_path: Path) -> None:
    """The check that the workflow runs, on a program that is not packed."""
    program = tmp_path / "omote"
    program.write_text(f'#!/bin/sh\nexec "{PROGRAM[0]}" "{PROGRAM[1]}" "$@"\n')
    program.chmod(0o755)
    if sys.platform == "win32":
        pytest.skip("the stand-in is a shell script")
    done = subprocess.run(
        [sys.executable, str(ROOT / "installer" / "try_program.py"), str(program), "--engine", "null"],
        capture_output=True,
        text=True,
        timeout=300,
        env=ENVIRONMENT | {"HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert "frame of 1048672 bytes" in done.stdout  # 512 x 512 RGBA and a header of 96
    assert done.stdout.endswith("ended with 0\n")
