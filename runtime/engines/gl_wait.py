"""Waiting for OpenGL without holding the GIL.

moderngl holds the GIL while it reads pixels back, and a software driver does its drawing then: for these milliseconds no
other thread could receive a message or send a frame. ctypes releases the GIL during a call, so the loop calls the
driver's glFinish through ctypes before it reads back.

glFinish waits for everything that was handed to the driver. A `DrawnMark` waits for what was handed to it before the mark,
so that one face's frame is published while the driver draws the next face's.

    mark = DrawnMark()
    mark.set()
    ...                                         # hand over more
    mark.wait()
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from typing import Any, Final

_SYNC_GPU_COMMANDS_COMPLETE: Final = 0x9117
_SYNC_FLUSH_COMMANDS_BIT: Final = 1
_NO_TIMEOUT: Final = 2**64 - 1


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


class DrawnMark:
    """A place among the commands that a context was given. Belongs to the context's thread, and a wait allocates nothing.

    Where the driver's fences cannot be found (other systems than Linux), it waits for everything.
    """

    def __init__(self) -> None:
        self._finish = find_finish()
        self._fences = _find_fences()
        self._fence: int | None = None

    def set(self) -> None:
        """Mark this place, and let the driver begin; the mark that was set before is gone."""
        if self._fences is not None:
            self._delete()
            self._fence = self._fences[0](_SYNC_GPU_COMMANDS_COMPLETE, 0)

    def wait(self) -> None:
        """Wait until everything before the mark is drawn; everything at all if none is set."""
        if self._fences is None or self._fence is None:
            self._finish()
            return
        self._fences[1](self._fence, _SYNC_FLUSH_COMMANDS_BIT, _NO_TIMEOUT)
        self._delete()

    def _delete(self) -> None:
        if self._fences is not None and self._fence is not None:
            self._fences[2](self._fence)
            self._fence = None


def _find_fences() -> tuple[Any, Any, Any] | None:
    """The driver's glFenceSync, glClientWaitSync and glDeleteSync; None if one cannot be found."""
    if not sys.platform.startswith("linux"):
        return None
    types = (
        (b"glFenceSync", ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint)),
        (
            b"glClientWaitSync",
            ctypes.CFUNCTYPE(ctypes.c_uint, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint64),
        ),
        (b"glDeleteSync", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
    )
    try:
        look_up = ctypes.CDLL("libEGL.so.1").eglGetProcAddress
    except (OSError, AttributeError):
        return None
    look_up.restype, look_up.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    addresses = [look_up(name) for name, _ in types]
    if not all(addresses):
        return None
    made, waited, deleted = (kind(address) for address, (_, kind) in zip(addresses, types, strict=True))
    return made, waited, deleted
