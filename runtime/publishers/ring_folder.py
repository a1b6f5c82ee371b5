"""The folder of the rings: private to one user, and cleared of the stale rings of dead writers.

prepare_ring_folder(folder)
remove_stale_rings(folder)
"""

from __future__ import annotations

import errno
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

#: A younger file without a header may be in the making: its writer locks it right after creating it.
BEING_MADE_S: Final = 10.0
READ: Final = (
    os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
)


def prepare_ring_folder(folder: Path) -> None:
    """Create the folder, or check that it is private to this user.

    Raises:
        PublishError: the folder cannot be created, belongs to another user, or is accessible to other users.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = _described(folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise PublishError(f"{folder} is a link or a file, and no folder; remove it") from error
        raise PublishError(
            f"{folder} cannot be made ({error.strerror}); shared memory needs a folder there: "
            "make it writable, or leave shm out of --publish"
        ) from error
    if sys.platform == "win32":
        return  # the folder lies in the user's profile
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PublishError(f"{folder} is not this user's own folder; remove it, or ask its owner to")
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise PublishError(f"{folder} is accessible to other users; close it with: chmod 700 {folder}")


def _described(folder: Path) -> os.stat_result:
    """What a folder is, without following a link: nothing can be exchanged between opening and looking."""
    if sys.platform == "win32":
        return folder.lstat()
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        return os.fstat(opened)
    finally:
        os.close(opened)


def remove_stale_rings(folder: Path) -> list[str]:
    """Remove every ring whose writer has ended, and mark it as replaced for its readers.

    Returns:
        The file names of the removed rings, sorted.
    """
    removed = []
    for path in folder.glob(f"*{SUFFIX}"):
        try:
            file = os.open(path, READ)
        except OSError:
            continue  # a link, or not accessible: never followed
        try:
            if _mark_if_stale(file):
                with suppress(OSError):  # Windows does not remove a file that a reader maps
                    path.unlink()
                    removed.append(path.name)
        finally:
            os.close(file)
    return sorted(removed)


def _mark_if_stale(file: int) -> bool:
    """Whether an open ring has no writer any more; if so, its state becomes REPLACED for its readers."""
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
