"""GlRoom: one OpenGL context in which several engines draw, and the programs that they share.

room = GlRoom()
first, second = HeadEngine(256, room=room), HeadEngine(256, room=room)
first.close(), second.close()                # the context is released with the last
"""

from __future__ import annotations

from typing import Any

from runtime.engines.gl_context import create_context, make_current, release_context
from runtime.engines.head_programs import HeadPrograms


class GlRoom:
    """Belongs to the thread that made it, as its context does. The context is made for the first engine that enters."""

    def __init__(self) -> None:
        self._gl: Any = None
        self._programs: HeadPrograms | None = None
        self._engines = 0

    def enter(self) -> tuple[Any, HeadPrograms]:
        """Begin to use the context, which is made current: the context, and the head engine's programs in it.

        Raises:
            RenderError: there is no OpenGL 3.3.
        """
        if self._gl is None or self._programs is None:
            self._gl = create_context()
            self._programs = HeadPrograms(self._gl)
        make_current(self._gl)
        self._engines += 1
        return self._gl, self._programs

    def leave(self) -> bool:
        """End one use. True: it was the last, and the context is gone with everything in it."""
        self._engines -= 1
        if self._engines > 0:
            make_current(self._gl)
            return False
        release_context(self._gl)
        self._gl = self._programs = None
        return True
