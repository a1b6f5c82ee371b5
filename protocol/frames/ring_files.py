"""Folder and file names of shared-memory rings: `<stream>.<generation>.ring`.

    for path in ring_files(ring_folder(), "omote"):  # newest first
        ...

Used by writers and readers. Files with other names are ignored.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Final

STREAM: Final = "omote"
SUFFIX: Final = ".ring"
_STREAM: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FILE: Final = re.compile(r"([A-Za-z0-9_-]{1,64})\.([0-9]{1,18})\.ring")


def ring_folder() -> Path:
    """The folder of this user's rings: in memory on Linux, in the user's own temporary folder elsewhere."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local")) / "Omote"
    if sys.platform == "darwin":
        return Path(os.environ.get("TMPDIR", tempfile.gettempdir())) / "omote"
    return Path("/dev/shm") / f"omote-{os.getuid()}"


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
