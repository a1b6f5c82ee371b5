"""RenderTargets: the framebuffers for pictures of one size."""

from __future__ import annotations

from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from studio.detail import detail_for
from studio.shaders.passes import COPY_FRAGMENT, SCREEN, average_source
from studio.shaders.uniform_blocks import bind_blocks


class RenderTargets:
    """Framebuffers of one OpenGL context; used by its thread.

    Attributes:
        large: supersampled colour and depth. small: the picture; `resolve` averages `large` into it.
        blurred: a small framebuffer for the out-of-focus background.
        labels: normal with depth, and part, at the picture's size.
    """

    def __init__(self, gl: Any, size: int) -> None:
        self._size = size
        large = round(size * detail_for(size).supersampling)
        self._colour = gl.texture((large, large), 4)
        self._depth = gl.depth_texture((large, large))
        self._depth.compare_func = ""
        self._depth.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self.large = gl.framebuffer([self._colour], self._depth)
        self.small = gl.framebuffer([gl.texture((size, size), 4)])
        self.blurred = gl.framebuffer([gl.texture((_blurred_size(size),) * 2, 4)])
        self.labels = gl.framebuffer(
            [gl.texture((size, size), 4, dtype="f4"), gl.texture((size, size), 1)],
            gl.depth_renderbuffer((size, size)),
        )
        for texture in (
            self._colour,
            self._depth,
            self.blurred.color_attachments[0],
            self.labels.color_attachments[0],
        ):
            texture.repeat_x = texture.repeat_y = False
        self._gl, self._four = gl, large != 2 * size
        self._averages: dict[str, Any] = {}
        self._copy = gl.vertex_array(gl.program(SCREEN, COPY_FRAGMENT), [])

    def resolve(self, style: str) -> None:
        """Average `large` into `small`, with straight alpha. The depth test must be off and the labels drawn."""
        if style not in self._averages:
            program = bind_blocks(self._gl.program(SCREEN, average_source(style, four=self._four)))
            values = {
                "spread": 0.25 / self._size,
                "ink": max(0.7, self._size / 420) / self._size,
                "depths": 1,
            }
            for name, value in values.items():
                if name in program:
                    program[name].value = value
            self._averages[style] = self._gl.vertex_array(program, [])
        self.small.use()
        self._colour.use(0)
        self._depth.use(1)
        self._averages[style].render(moderngl.TRIANGLES, vertices=3)

    def read_small(self) -> NDArray[np.uint8]:
        """Read the picture: (S, S, 4) uint8 RGBA, top row first."""
        size = self._size
        return np.frombuffer(self.small.read(components=4), np.uint8).reshape(size, size, 4)[::-1]

    def read_labels(self) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """Read the labels: (S, S, 4) float32 normal and depth, and (S, S) uint8 part, top row first."""
        size = self._size
        normal_depth = np.frombuffer(self.labels.read(components=4, dtype="f4"), np.float32)
        part = np.frombuffer(self.labels.read(components=1, attachment=1, alignment=1), np.uint8)
        return normal_depth.reshape(size, size, 4)[::-1], np.ascontiguousarray(part.reshape(size, size)[::-1])

    def read_blurred(self) -> NDArray[np.uint8]:
        """Read `blurred`, enlarged: (S, S, 3) uint8 RGB, top row first. Overwrites `small`; the depth test must be off."""
        self.small.use()
        self.blurred.color_attachments[0].use(0)
        self._copy.render(moderngl.TRIANGLES, vertices=3)
        return np.ascontiguousarray(self.read_small()[..., :3])


def _blurred_size(size: int) -> int:
    return max(size // 3, 16)
