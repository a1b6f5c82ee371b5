"""A lock on a file that lasts as long as its process: it tells a ring in use from a stale one.

The operating system releases the lock when the process ends, also after a crash. Taking it never blocks.
"""

from __future__ import annotations

import os
import sys
from typing import Final

#: Windows locks byte ranges, and reading a locked byte fails. This byte lies behind the end of every ring.
LOCKED_BYTE: Final = 2**31 - 2


def try_lock(file: int) -> bool:
    """Lock an open file descriptor; False if another process, or another descriptor of this one, has locked the file."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(file, LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
