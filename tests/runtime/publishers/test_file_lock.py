"""The lock on a ring's file: exclusive between openings, and released when its process is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from runtime.publishers.file_lock import try_lock

ROOT = Path(__file__).resolve().parents[3]
HOLD = """
import os, sys, time
from runtime.publishers.file_lock import try_lock
file = os.open(sys.argv[1], os.O_RDWR)
print(try_lock(file), flush=True)
time.sleep(60)
"""


def test_a_second_opening_cannot_lock_the_file(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    path.touch()
    first, second = (os.open(path, os.O_RDWR) for _ in range(2))
    assert try_lock(first)
    assert not try_lock(second)
    os.close(first)
    assert try_lock(second)
    os.close(second)


def test_a_killed_process_releases_its_lock(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    path.touch()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == "True"
    file = os.open(path, os.O_RDWR)
    assert not try_lock(file)
    holder.kill()
    holder.communicate()
    assert try_lock(file)
    os.close(file)
