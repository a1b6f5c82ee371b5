from __future__ import annotations

import moderngl
import numpy as np

from runtime.engines.gl_context import create_context, release_context
from studio.shaders.deformation import POSE

WARP = (
    "#version 330\n"
    + POSE
    + "in vec3 base;\nout vec3 moved;\nvoid main() { moved = warped(base) + 0.0 * posed(base, 0.0); }"
)
EYES = np.array([[3.1, 3.6, 8.0], [-3.1, 3.6, 8.0]], np.float32)


def warped(points: np.ndarray) -> np.ndarray:
    gl = create_context()
    try:
        program = gl.program(vertex_shader=WARP, varyings=("moved",))
        program["eye_centre"].write(EYES.tobytes())
        base = gl.buffer(np.ascontiguousarray(points, np.float32).tobytes())
        moved = gl.buffer(reserve=len(points) * 12)
        gl.simple_framebuffer((4, 4)).use()  # transform feedback needs a framebuffer, too
        gl.vertex_array(program, [(base, "3f", "base")]).transform(moved, moderngl.POINTS)
        return np.frombuffer(moved.read(), np.float32).reshape(-1, 3).astype(float)
    finally:
        release_context(gl)


def test_the_warp_to_anime_proportions_is_one_to_one() -> None:
    axes = [np.arange(-12, 12.1, 0.75), np.arange(-20, 16.1, 0.5), np.arange(-10, 14.1, 0.75)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
    step = 0.05
    shifts = np.concatenate([np.zeros((1, 3)), step * np.eye(3)])
    moved = warped((points[None] + shifts[:, None]).reshape(-1, 3)).reshape(4, -1, 3)
    jacobian = (moved[1:] - moved[0]).transpose(1, 2, 0) / step
    shrunk = np.linalg.det(jacobian)
    assert shrunk.min() > 0.01, points[shrunk.argmin()]


def test_the_warp_is_symmetric() -> None:
    points = np.random.default_rng(0).uniform((-10, -15, -8), (10, 14, 13), (400, 3))
    mirror = np.array([-1.0, 1.0, 1.0])
    np.testing.assert_allclose(warped(points * mirror), warped(points) * mirror, atol=1e-4)
