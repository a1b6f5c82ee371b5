from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from terminal import version as module
from terminal.version import version

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
PROGRAMS = {
    "omote": "omote", "bridge": "omote-bridge", "studio": "omote-studio", "measure": "omote-measure",
    "training": "omote-train",
}  # fmt: skip


@pytest.mark.parametrize("package", PROGRAMS)
def test_every_program_prints_its_name_and_the_version(package: str) -> None:
    command = [sys.executable, "-m", package, "--version"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == f"{PROGRAMS[package]} {WRITTEN}\n"


def test_outside_a_checkout_the_installed_package_says_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(name: str) -> str:
        raise PackageNotFoundError(name)

    for content in (None, "[project]\nname = 'another'\nversion = '9'\n", "not TOML"):
        path = tmp_path / "pyproject.toml"
        if content is not None:
            path.write_text(content)
        monkeypatch.setattr(module, "_PROJECT", path)
        monkeypatch.setattr(module, "installed_version", lambda name: f"{name} 7.7")
        assert version() == "omote 7.7"
        monkeypatch.setattr(module, "installed_version", nothing)
        assert version() == "of unknown version"
