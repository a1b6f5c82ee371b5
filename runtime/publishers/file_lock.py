"""A lock on a file for as long as its process lives: how a file that was left behind is told from one in use.

The system gives it back when the process ends, however it ends. Nobody ever waits for it.
"""

from __future__ import annotations

import os
import sys
from typing import Final

#: Windows locks bytes, and readers of a locked byte are refused: this one lies behind every ring.
LOCKED_BYTE: Final = 2**31 - 2


def try_lock(file: int) -> bool:
    """Lock an open file; False when another process, or another opening in this one, has it locked."""
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
