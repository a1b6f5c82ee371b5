"""The folder of rings: made for one user alone, and rid of what dead writers left in it.

prepare_ring_folder(folder)
sweep_ring_folder(folder)
"""

from __future__ import annotations

import os
import stat
import sys
import time
from contextlib import suppress
from pathlib import Path
from struct import pack_into
from typing import Final

from protocol.errors import RingError
from protocol.frames.ring_files import SUFFIX
from protocol.frames.ring_header import RING_HEADER_BYTES, STATE_AT, RingState, unpack_ring_header
from runtime.errors import PublishError
from runtime.publishers.file_lock import try_lock

#: Younger files without a header may be on their way: their writer locks them right after making them.
BEING_MADE_S: Final = 10.0
READ: Final = (
    os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
)


def prepare_ring_folder(folder: Path) -> None:
    """Make the folder, or check that it is this user's own.

    Raises:
        PublishError: it cannot be made, or belongs to somebody else or lets somebody else in.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise PublishError(
            f"{folder} cannot be made ({error.strerror}); shared memory needs a folder there: "
            "make it writable, or leave shm out of --publish"
        ) from error
    if sys.platform == "win32":
        return  # it lies in the user's own profile
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PublishError(f"{folder} is not this user's own folder; remove it, or have it removed")
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise PublishError(f"{folder} lets other users in; close it with: chmod 700 {folder}")


def sweep_ring_folder(folder: Path) -> list[str]:
    """Remove every ring whose writer is gone, and tell its readers; returns their names."""
    removed = []
    for path in folder.glob(f"*{SUFFIX}"):
        try:
            file = os.open(path, READ)
        except OSError:
            continue  # a link, or not ours: left alone, and never followed
        try:
            if _is_left_behind(file):
                with suppress(OSError):  # Windows keeps a file while a reader maps it
                    path.unlink()
                    removed.append(path.name)
        finally:
            os.close(file)
    return sorted(removed)


def _is_left_behind(file: int) -> bool:
    """Whether nobody writes to an open file; if so its readers are told to look elsewhere."""
    found = os.fstat(file)
    if not stat.S_ISREG(found.st_mode) or not try_lock(file):
        return False
    os.lseek(file, 0, os.SEEK_SET)
    head = bytearray(os.read(file, RING_HEADER_BYTES))
    try:
        header = unpack_ring_header(head, found.st_size)
    except RingError:
        return time.time() - found.st_mtime > BEING_MADE_S
    if header.state == RingState.RUNNING:
        pack_into("<I", head, STATE_AT, RingState.REPLACED)
        os.lseek(file, STATE_AT, os.SEEK_SET)
        os.write(file, head[STATE_AT : STATE_AT + 4])
    return True
