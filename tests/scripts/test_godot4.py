from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "godot4.py"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the launcher is one for Debian")
def test_the_launcher_takes_folders_with_spaces_and_those_that_were_moved(tmp_path: Path) -> None:
    folder = tmp_path / "my games" / "godot4"
    loader = folder / "root/usr/lib64/ld-linux-x86-64.so.2"
    loader.parent.mkdir(parents=True)
    loader.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    program = folder / "godot4"
    program.write_text(runpy.run_path(str(SCRIPT))["LAUNCHER"])
    for file in (loader, program):
        file.chmod(0o755)
    moved = folder.rename(tmp_path / "other games")
    command = [moved / "godot4", "--path", "a b"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/").stdout.splitlines()
    libraries = moved / "root/usr/lib/x86_64-linux-gnu"
    assert said == [
        "--library-path",
        f"{libraries}:{libraries}/pulseaudio",
        str(moved / "root/usr/bin/godot"),
        "--path",
        "a b",
    ]
