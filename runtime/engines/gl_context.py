"""One OpenGL 3.3 context without a window, on every platform."""

from __future__ import annotations

import sys
from typing import Any

import moderngl

from runtime.errors import RenderError


def create_context() -> Any:
    """A standalone moderngl context, current on the calling thread.

    Raises:
        RenderError: no driver would give one; the message lists every way that was tried and what to install.
    """
    # On Linux EGL needs no display server; elsewhere the native way needs none either.
    backends = ("egl", None) if sys.platform.startswith("linux") else (None,)
    reasons = []
    for backend in backends:
        try:
            if backend is None:
                return moderngl.create_standalone_context(require=330)
            return moderngl.create_standalone_context(require=330, backend=backend)
        except Exception as error:
            reasons.append(f"{backend or 'native'}: {error}")
    advice = "install a graphics driver with OpenGL 3.3"
    if sys.platform.startswith("linux"):
        advice = "install Mesa's driver: sudo apt install libegl1 libgl1-mesa-dri"
    raise RenderError(f"no OpenGL 3.3 context ({'; '.join(reasons)}); {advice}; `omote doctor` tells more")
