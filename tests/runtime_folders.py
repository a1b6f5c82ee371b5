"""Runtime folders (XDG_RUNTIME_DIR) of every kind, for the tests of each language's rule of where rings are."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.other_user import NOBODY

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the folders of Linux")
#: Kinds of runtime folders, and whether rings may be in them.
KINDS: Final = {
    "private": True,
    "readable by others": False,
    "searchable by the group": False,
    "a link": False,
    "a file": False,
    "missing": False,
    "relative": False,
    "not set": False,
    "another user's": False,
}


def make_runtime_folder(kind: str, folder: Path) -> str:
    """Make one; what XDG_RUNTIME_DIR is to be."""
    made = folder / "runtime"
    if kind in ("private", "readable by others", "searchable by the group", "another user's"):
        made.mkdir()
        made.chmod({"readable by others": 0o755, "searchable by the group": 0o710}.get(kind, 0o700))
    if kind == "another user's":
        if os.getuid() != 0:
            pytest.skip("needs root, to make a folder of another user")
        os.chown(made, NOBODY, NOBODY)
    elif kind == "a link":
        (folder / "elsewhere").mkdir(mode=0o700)
        made.symlink_to(folder / "elsewhere")
    elif kind == "a file":
        made.touch(mode=0o700)
    return {"relative": os.path.relpath(folder), "not set": ""}.get(kind, str(made))


def expected_folders(kind: str, runtime: str) -> list[str]:
    """Where rings are searched: the runtime folder, the system's own one, and /dev/shm."""
    user = os.getuid()
    own = Path(f"/run/user/{user}")
    try:
        found = own.lstat()
        is_there = own.is_dir() and found.st_uid == user and found.st_mode & 0o077 == 0
    except OSError:
        is_there = False
    return [
        *([f"{runtime}/omote"] if KINDS[kind] else []),
        *([f"{own}/omote"] if is_there and runtime != str(own) else []),
        f"/dev/shm/omote-{user}",
    ]
