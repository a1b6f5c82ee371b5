"""OpenGL 3.3 contexts without a window, on every platform.

OpenGL draws with whatever context is current on the thread, so who has one calls `make_current` before it draws:
another engine may have been made in between.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

import moderngl

from runtime.errors import RenderError

_current = threading.local()


def create_context() -> Any:
    """A standalone moderngl context, current on the calling thread.

    Raises:
        RenderError: no driver would give one; the message lists every way that was tried and what to install.
    """
    # On Linux EGL needs no display server; elsewhere the native way needs none either.
    native: dict[str, Any] = {}
    backends = [{"backend": "egl"}, native] if sys.platform.startswith("linux") else [native]
    reasons = []
    for backend in backends:
        try:
            made = moderngl.create_standalone_context(require=330, **backend)
            _current.context = made
            return made
        except Exception as error:
            reasons.append(f"{backend.get('backend', 'native')}: {error}")
    advice = "install a graphics driver with OpenGL 3.3"
    if sys.platform.startswith("linux"):
        advice = "install Mesa's driver: sudo apt install libegl1 libgl1-mesa-dri"
    raise RenderError(f"no OpenGL 3.3 context ({'; '.join(reasons)}); {advice}; `omote doctor` tells more")


def make_current(context: Any) -> None:
    """Draw with this context from now on; costs nothing where it is current already."""
    if getattr(_current, "context", None) is not context:
        context.__enter__()  # moderngl's way to say it; nothing is to be restored at the end
        _current.context = context


def release_context(context: Any) -> None:
    """Give a context back with everything in it; the next to draw makes its own current."""
    make_current(context)
    context.release()
    _current.context = None
