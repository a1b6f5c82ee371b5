"""FrameReading: reads an engine's frames back, and knows a frame that is the one before it.

reading = FrameReading(gl, target, drawn, programs.finish)
if not reading.is_again(shown, behind, motion.values):
    ...                                       # draw into `target`
    reading.begin(shown, behind, motion.values, is_opaque=False)
pixels = reading.finished()
"""

from __future__ import annotations

from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from face.motion import Motion
from runtime.engines.gl_context import make_current
from runtime.engines.gl_wait import DrawnMark, find_finish


class FrameReading:
    """Belongs to the thread of its OpenGL context, which is current but for `finished`. A frame allocates nothing.

    Attributes:
        made: the OpenGL objects, to be released.
    """

    def __init__(self, gl: Any, target: Any, drawn: Any, finish: Any, frame_size: int | None = None) -> None:
        """Make the framebuffer of straight alpha.

        Args:
            target: framebuffer that frames are drawn into. drawn: its texture, square, premultiplied, top row first.
            finish: the program that makes its alpha straight.
            frame_size: side of the frames that `of_other` reads; None = `drawn`'s.
        """
        size, _ = drawn.size
        self._gl, self._target, self._drawn = gl, target, drawn
        self._colour = gl.texture((size, size), 4)
        self._straight = gl.framebuffer([self._colour])
        corners = gl.buffer(np.array([-1, -1, 3, -1, -1, 3], np.float32).tobytes())
        self._screen = gl.vertex_array(finish, [(corners, "2f", "corner")])
        self.made = self._screen, self._straight, self._colour, corners
        self._finish_drawing, self._mark = find_finish(), DrawnMark()
        side = frame_size or size
        self._pixels = np.zeros((side, side, 4), np.uint8)
        self._source: Any = None  # the texture of what was begun, until it is read
        self._is_again = False
        self._shown: Any = None  # what `_pixels` show, in the motion
        self._behind: Any = None
        self._values = Motion.neutral().values.copy()

    def is_again(self, shown: object, behind: object, values: NDArray[np.float32]) -> bool:
        """Whether a frame is the last one that was begun: then it is begun, and need not be drawn.

        Args:
            shown, behind: the very objects that are drawn. values: (CHANNELS,) of the motion.
        """
        self._is_again = (
            self._shown is not None
            and shown is self._shown
            and behind is self._behind
            and np.array_equal(self._values, values)
        )
        return self._is_again

    def begin(self, shown: object, behind: object, values: NDArray[np.float32], *, is_opaque: bool) -> None:
        """What was drawn into `target` is to be read.

        Args:
            is_opaque: nothing shows through; else the driver makes the alpha straight.
        """
        self._shown, self._behind = shown, behind
        self._values[:] = values
        self._source = self._drawn
        if not is_opaque:
            self.make_straight(-1)
            self._source = self._colour
        self._mark.set()

    def make_straight(self, count: int) -> None:
        """Convert `drawn` to straight alpha, with so many vertices, -1 = all."""
        self._straight.use()
        self._gl.enable_only(moderngl.NOTHING)
        self._drawn.use(0)
        self._screen.render(vertices=count)

    @property
    def is_begun(self) -> bool:
        """Whether `finished` has a frame to wait for."""
        return self._is_again or self._source is not None

    def finished(self) -> NDArray[np.uint8]:
        """The frame that was begun: (size, size, 4) uint8 RGBA, straight alpha, top row first; reused by the next."""
        source, self._source = self._source, None
        if self._is_again:
            self._is_again = False
            return self._pixels
        make_current(self._gl)  # an engine with a context of its own may have drawn since `begin`
        self._mark.wait()
        source.read_into(
            self._pixels
        )  # a framebuffer is bound to be read: a software driver then draws all that waits
        return self._pixels

    def of_other(self, framebuffer: Any) -> NDArray[np.uint8]:
        """What an engine that builds on this one has drawn; this one's own last frame is forgotten."""
        self._shown = None
        self._finish_drawing()
        framebuffer.read_into(self._pixels, components=4)
        return self._pixels
