"""Waiting for OpenGL without holding the GIL.

moderngl holds the GIL while it reads pixels back, and a software driver does its drawing then: for these milliseconds no
other thread could receive a message or send a frame. ctypes releases the GIL during a call, so the loop calls the
driver's glFinish through ctypes before it reads back.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable


def find_finish() -> Callable[[], object]:
    """The driver's glFinish; a function without effect if it cannot be found: then reading back waits."""
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
