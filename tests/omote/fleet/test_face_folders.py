from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from omote.fleet.face_folders import make_face_folder


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot be asked whether a process runs")
def test_what_a_killed_process_left_is_removed_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()  # its number is free now
    left = tmp_path / f"omote-face-{ended.pid}-k3ys"
    (left / "keys").mkdir(parents=True)
    (left / "keys" / "client.key_secret").write_text("secret")
    others = [tmp_path / f"omote-face-{os.getppid()}-runs", tmp_path / "omote-face-of-somebody"]
    for one in others:
        one.mkdir()
    made = make_face_folder()
    assert not left.exists()
    assert made.stat().st_mode & 0o777 == 0o700
    assert sorted(tmp_path.iterdir()) == sorted([made, *others])
    assert make_face_folder() != made  # two of one process
    assert made.exists()
