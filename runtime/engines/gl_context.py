"""OpenGL 3.3 contexts without a window, on every platform.

OpenGL draws with the context that is current on the thread. Another engine may have been created since the last frame,
so an engine calls `make_current` before it draws.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from typing import Any

import moderngl

from runtime.errors import RenderError

_current = threading.local()


def create_context() -> Any:
    """Create a standalone moderngl context and make it current on the calling thread.

    Raises:
        RenderError: no driver has OpenGL 3.3; the message lists every attempt and what to install.
    """
    # On Linux, EGL works without a display server; on other systems the native API does.
    native: dict[str, Any] = {}
    backends = [{"backend": "egl"}, native] if sys.platform.startswith("linux") else [native]
    reasons = []
    before = _threads()
    for backend in backends:
        try:
            made = moderngl.create_standalone_context(require=330, **backend)
            _current.context = made
            _raise_threads(before)
            return made
        except Exception as error:
            reasons.append(f"{backend.get('backend', 'native')}: {error}")
    advice = "install a graphics driver with OpenGL 3.3"
    if sys.platform.startswith("linux"):
        advice = "install Mesa's driver: sudo apt install libegl1 libgl1-mesa-dri"
    raise RenderError(f"no OpenGL 3.3 context ({'; '.join(reasons)}); {advice}; `omote doctor` tells more")


def _threads() -> set[str]:
    return set(os.listdir("/proc/self/task")) if sys.platform == "linux" else set()


def _raise_threads(before: set[str]) -> None:
    """Give the threads that a driver has started this process's priority, where this process may (as root for instance).

    Mesa's thread that writes its cache of shaders has the lowest one, and a killed process keeps its ports until its last
    thread has run: seconds on a busy machine.
    """
    for thread in _threads() - before:
        with suppress(OSError):  # it may not, or the thread has ended
            os.setpriority(os.PRIO_PROCESS, int(thread), os.getpriority(os.PRIO_PROCESS, 0))


def make_current(context: Any) -> None:
    """Make a context current on this thread; free if it is current already."""
    if getattr(_current, "context", None) is not context:
        context.__enter__()  # moderngl's call for it; the previous context is not restored
        _current.context = context


def release_context(context: Any) -> None:
    """Release a context and all its objects."""
    make_current(context)
    context.release()
    _current.context = None
