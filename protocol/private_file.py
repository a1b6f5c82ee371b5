"""Private files: keys and tokens that other users of this machine may not change, and secrets they may not read.

check_private(folder / "server.toml", is_secret=True)
write_private(folder / "panel.token", "...")

On Windows the user's profile is closed to others by default, and modes say nothing: there nothing is refused.
"""

from __future__ import annotations

import os
import secrets
import stat
import sys
from pathlib import Path
from typing import Final

from protocol.errors import FileError

_WRITABLE: Final = stat.S_IWGRP | stat.S_IWOTH
_ACCESSIBLE: Final = stat.S_IRWXG | stat.S_IRWXO


def check_private(path: Path, *, is_secret: bool = False) -> None:
    """Refuse a file or folder that another user may have changed; one that does not exist passes.

    Args:
        path: a file or folder; a link is followed.
        is_secret: refuse one that others may read as well.

    Raises:
        FileError: others may write (or read) it, or it belongs to another user; the message has the chmod line.
    """
    if sys.platform == "win32":
        return
    try:
        found = path.stat()
    except OSError:
        return  # whoever reads it says why it cannot be read
    own = os.geteuid()
    if own not in (0, found.st_uid) and found.st_uid != 0:
        raise FileError(f"{path} belongs to another user (id {found.st_uid}); make one of your own")
    if found.st_mode & (_ACCESSIBLE if is_secret else _WRITABLE):
        may = "write" if found.st_mode & _WRITABLE else "read"
        change = "go=" if is_secret else "go-w"
        raise FileError(f"other users of this machine may {may} it; close it with: chmod {change} {path}")


def write_private(path: Path, text: str) -> None:
    """Write a file atomically, readable by this user only; a missing folder is made with mode 0700.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".omote-{secrets.token_hex(4)}")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
