"""Waiting for OpenGL without holding Python's lock.

moderngl keeps the interpreter's lock while it reads pixels back, and with a software driver that is where the
drawing happens: no message would be received and no frame sent for those milliseconds. ctypes lets go of the
lock during a call, so the driver's own glFinish, called through it, is where the loop waits.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable


def find_finish() -> Callable[[], object]:
    """glFinish of the driver in use; does nothing where it cannot be found, and the read back waits instead."""
    try:
        if sys.platform == "win32":
            return ctypes.WinDLL("opengl32").glFinish
        if sys.platform == "darwin":
            return ctypes.CDLL("/System/Library/Frameworks/OpenGL.framework/OpenGL").glFinish
        look_up = ctypes.CDLL("libEGL.so.1").eglGetProcAddress
        look_up.restype, look_up.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
        address = look_up(b"glFinish")
        if address:
            return ctypes.CFUNCTYPE(None)(address)
    except (OSError, AttributeError):
        pass
    return lambda: None
