"""Folders and file names of shared-memory rings: `<stream>.<generation>.ring`.

    for folder in ring_folders():
        for path in ring_files(folder, "omote"):  # newest first
            ...

Used by writers and readers. Files with other names are ignored. The rule for the folder must match
unity_sample/.../RingFolder.cs, unreal_sample/.../ring_reader.hpp and examples/read_shared_memory.py.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import tempfile
from pathlib import Path
from typing import Final

STREAM: Final = "omote"
SUFFIX: Final = ".ring"
_STREAM: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FILE: Final = re.compile(r"([A-Za-z0-9_-]{1,64})\.([0-9]{1,18})\.ring")


def ring_folder() -> Path:
    """The folder that this user's rings are written into: the first of `ring_folders`."""
    return ring_folders()[0]


def ring_folders() -> list[Path]:
    """The folders in which this user's rings are searched, in this order; they need not exist.

    On Linux rings are in memory: in this user's runtime folder, where no other user can make a folder before us; and
    on systems without one in /dev/shm. Elsewhere they are in the user's own temporary folder.

    Source: XDG Base Directory Specification 0.8, XDG_RUNTIME_DIR.
    """
    if sys.platform == "win32":
        return [Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local")) / "Omote"]
    if sys.platform == "darwin":
        return [Path(os.environ.get("TMPDIR", tempfile.gettempdir())) / "omote"]
    user = os.getuid()
    # a program that was started without a login session may lack the variable
    runtime = dict.fromkeys((os.environ.get("XDG_RUNTIME_DIR", ""), f"/run/user/{user}"))
    private = [Path(folder) / "omote" for folder in runtime if os.path.isabs(folder) and is_private(folder)]
    return [*private, Path("/dev/shm") / f"omote-{user}"]


def is_private(folder: str | Path) -> bool:
    """Whether a folder is this user's own, no link, and closed to other users; on Windows always."""
    if sys.platform == "win32":
        return True
    try:
        found = os.lstat(folder)
    except (OSError, ValueError):
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


def is_stream_name(stream: str) -> bool:
    """Whether a name is valid for a stream: 1 to 64 ASCII letters, digits, hyphens or underscores."""
    return _STREAM.fullmatch(stream) is not None


def ring_name(stream: str, generation: int) -> str:
    """The file name of one generation of a stream."""
    return f"{stream}.{generation}{SUFFIX}"


def generation_of(name: str, stream: str) -> int | None:
    """The generation in a file name; None for files of other streams."""
    parts = _FILE.fullmatch(name)
    return int(parts[2]) if parts is not None and parts[1] == stream else None


def ring_files(folder: Path, stream: str) -> list[Path]:
    """The stream's files, newest generation first; an empty list when the folder cannot be read."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    found = [(generation, name) for name in names if (generation := generation_of(name, stream)) is not None]
    return [folder / name for _, name in sorted(found, reverse=True)]
