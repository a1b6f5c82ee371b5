"""Raster: rasterises per-vertex values of a mesh (positions, depths, weights) into float pictures by OpenGL."""

from __future__ import annotations

from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from runtime.engines.gl_context import create_context, make_current, release_context

_VERTEX = """
#version 330
in vec3 position;
in vec4 value;
out vec4 carried;
void main() { carried = value; gl_Position = vec4(position, 1.0); }
"""
_FRAGMENT = """
#version 330
in vec4 carried;
out vec4 written;
void main() { written = carried; }
"""


class Raster:
    """Interpolates vertex values over triangles. A context manager; use it from one thread."""

    def __init__(self) -> None:
        """Open an OpenGL context.

        Raises:
            RuntimeFailure: OpenGL is not available.
        """
        self._gl = create_context()
        self._program = self._gl.program(_VERTEX, _FRAGMENT)

    def __enter__(self) -> Raster:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the OpenGL context."""
        release_context(self._gl)

    def draw(
        self,
        points: NDArray[np.float32],
        values: NDArray[np.float32],
        triangles: NDArray[np.int32],
        size: int,
        *,
        depth: NDArray[np.float32] | None = None,
    ) -> NDArray[np.float32]:
        """Interpolate values over triangles.

        Args:
            points: (V, 2) pixels, x right, y down, in a picture of `size`.
            values: (V, C) float32, C <= 3.
            triangles: (T, 3) vertex indices.
            size: side of the square picture.
            depth: (V,) larger is nearer; without it, later triangles cover earlier ones.

        Returns:
            (size, size, C + 1) float32: the values, then 1 where a triangle was drawn, else 0.
        """
        count = values.shape[1]
        assert count <= 3
        rows: Any = np.zeros((len(points), 7), np.float32)
        rows[:, 0] = points[:, 0] / size * 2 - 1
        rows[:, 1] = (
            points[:, 1] / size * 2 - 1
        )  # OpenGL's rows go upwards; drawing upside down gives the top row first
        if depth is not None:
            low, high = float(depth.min()), float(depth.max())
            rows[:, 2] = 0.9 - 1.8 * (depth - low) / max(high - low, 1e-6)
        rows[:, 3 : 3 + count] = values
        rows[:, 6] = 1
        gl = self._gl
        make_current(gl)
        texture = gl.texture((size, size), 4, dtype="f4")
        target = gl.framebuffer([texture], gl.depth_renderbuffer((size, size)))
        target.use()
        target.clear(0, 0, 0, 0, depth=1.0)
        if depth is None:
            gl.disable(moderngl.DEPTH_TEST)
        else:
            gl.enable(moderngl.DEPTH_TEST)
        vertices = gl.buffer(rows.tobytes())
        indices = gl.buffer(np.ascontiguousarray(triangles, np.int32).tobytes())
        array = gl.vertex_array(self._program, [(vertices, "3f 4f", "position", "value")], indices)
        array.render()
        drawn = np.frombuffer(target.read(components=4, dtype="f4"), np.float32).reshape(size, size, 4)
        for resource in (array, indices, vertices, target, texture):
            resource.release()
        return np.concatenate([drawn[..., :count], drawn[..., 3:4]], axis=2)
