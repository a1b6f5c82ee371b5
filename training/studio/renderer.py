"""Studio: factors in, a picture and everything true about it out.

with Studio(read_face_source(path)) as studio:
    picture = studio.render(Factors(identity=identity_weights(7)), size=256)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Self

import moderngl
import numpy as np
from numpy.typing import NDArray

from runtime.engines.gl_context import create_context, make_current, release_context
from runtime.head.deform import settled
from training.studio.body import Body
from training.studio.camera import StudioCamera, look_from
from training.studio.factors import Factors, Floats
from training.studio.mesh import StudioMesh, build_mesh
from training.studio.shaders import AVERAGE_FRAGMENT, CLAY_FRAGMENT, LABEL_FRAGMENT, SCREEN, VERTEX
from training.studio.source import PART, FaceSource

#: Colour is drawn with this many pixels a side for each of the picture's, then averaged.
SUPERSAMPLING: Final = 2
#: Shown in the order of drawing; what is transparent comes last.
OPAQUE: Final = (
    "face", "head_and_neck", "mouth_socket", "eye_socket_left", "eye_socket_right", "gums_and_tongue", "teeth",
    "eyeball_left", "eyeball_right", "eyelashes",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class StudioPicture:
    """One picture and its labels; S is its side.

    Attributes:
        image: (S, S, 4) uint8 RGBA, straight alpha, sRGB, top row first.
        part: (S, S) uint8, number of the PART that is seen at the pixel's middle; 0 = background.
        normal: (S, S, 3) float32 unit normals in camera space, 0 where there is background.
        depth: (S, S) float32, distance along the camera's axis in head-model units, 0 = background.
        landmarks: (68, 3) float32 Multi-PIE: pixels x, y and depth. landmarks_world: (68, 3).
        expression: (52,) what was drawn.
        camera: the camera.
        factors: what was asked for.
    """

    image: NDArray[np.uint8]
    part: NDArray[np.uint8]
    normal: Floats
    depth: Floats
    landmarks: Floats
    landmarks_world: Floats
    expression: Floats
    camera: StudioCamera
    factors: Factors


class Studio:
    """One graphics context and one head in it; a context manager. Belongs to the thread that made it."""

    def __init__(self, source: FaceSource, mesh: StudioMesh | None = None) -> None:
        """Raises RenderError: there is no OpenGL 3.3."""
        self._mesh = mesh or build_mesh(source)
        self._gl = create_context()
        self._body = Body(self._gl, self._mesh, source)
        order = [self._mesh.triangles[name] for name in OPAQUE]
        self._indices = self._gl.buffer(np.concatenate(order).astype(np.int32).tobytes())
        carried = np.zeros((len(self._mesh.uv), 3), np.float32)
        carried[:, :2], carried[:, 2] = self._mesh.uv, self._mesh.part
        self._carried = self._gl.buffer(carried.tobytes())
        self._clay, self._label = (
            self._gl.program(VERTEX, fragment) for fragment in (CLAY_FRAGMENT, LABEL_FRAGMENT)
        )
        self._arrays = [self._array(program) for program in (self._clay, self._label)]
        self._average = self._gl.vertex_array(self._gl.program(SCREEN, AVERAGE_FRAGMENT), [])
        self._targets: dict[int, tuple[Any, Any, Any]] = {}
        self._expression = np.zeros(52, np.float32)

    def render(self, factors: Factors, size: int) -> StudioPicture:
        """Draw one picture.

        Args:
            size: its side in pixels.
        """
        gl = self._gl
        make_current(gl)
        self._body.set_identity(factors.identity)
        expression = settled(
            factors.expression(), np.array(factors.gaze, np.float32), out=self._expression
        ).copy()
        camera = look_from(factors.view)
        colour, small, labels = self._targets_of(size)
        colour.use()  # even what draws no pixel needs somewhere to draw
        self._body.bend(factors, expression)
        gl.enable(moderngl.DEPTH_TEST)
        for program in (self._clay, self._label):
            program["to_camera"].write(np.ascontiguousarray(camera.world_to_camera.T).tobytes())
            program["to_clip"].write(np.ascontiguousarray(camera.projection().T).tobytes())

        # the picture, larger, then averaged
        colour.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
        self._arrays[0].render()
        small.use()
        gl.disable(moderngl.DEPTH_TEST)
        colour.color_attachments[0].use(0)
        self._average.render(moderngl.TRIANGLES, vertices=3)
        gl.enable(moderngl.DEPTH_TEST)

        # the labels, at the pixels' middles
        labels.use()
        labels.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
        self._arrays[1].render()

        image = np.frombuffer(small.read(components=4), np.uint8).reshape(size, size, 4)[::-1]
        true = np.frombuffer(labels.read(components=4, dtype="f4"), np.float32).reshape(size, size, 4)[::-1]
        part = np.frombuffer(labels.read(components=1, attachment=1), np.uint8).reshape(size, size)[::-1]
        world = self._body.read()[0][self._mesh.landmarks]
        return StudioPicture(
            image=straight_alpha(image),
            part=np.ascontiguousarray(part),
            normal=np.ascontiguousarray(true[..., :3]),
            depth=np.ascontiguousarray(true[..., 3]),
            landmarks=camera.project(world, size),
            landmarks_world=world.copy(),
            expression=expression,
            camera=camera,
            factors=factors,
        )

    def close(self) -> None:
        """Give back the context and all that is in it."""
        release_context(self._gl)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _array(self, program: Any) -> Any:
        content = [
            (self._body.bent, "3f 3f", "position", "normal"),
            (self._carried, "2f 1f", "uv", "part"),
        ]
        # a program that does not read an attribute does not have it
        return self._gl.vertex_array(program, content, self._indices, skip_errors=True)

    def _targets_of(self, size: int) -> tuple[Any, Any, Any]:
        """Framebuffers of a size: the large colour, the picture, the labels."""
        if size not in self._targets:
            gl, large = self._gl, size * SUPERSAMPLING
            colour = gl.framebuffer([gl.texture((large, large), 4)], gl.depth_renderbuffer((large, large)))
            small = gl.framebuffer([gl.texture((size, size), 4)])
            labels = gl.framebuffer(
                [gl.texture((size, size), 4, dtype="f4"), gl.texture((size, size), 1)],
                gl.depth_renderbuffer((size, size)),
            )
            self._targets[size] = (colour, small, labels)
        return self._targets[size]


def straight_alpha(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Average colours over a transparent ground -> straight alpha, (H, W, 4) uint8."""
    alpha = image[..., 3:].astype(np.uint16)
    edge = (alpha > 0) & (alpha < 255)
    out = image.copy()
    if edge.any():
        colour = np.minimum(
            (image[..., :3].astype(np.uint16) * 255 + alpha // 2) // np.maximum(alpha, 1), 255
        )
        out[..., :3] = np.where(edge, colour, image[..., :3])
    return out


FACE_PARTS: Final = tuple(
    PART[name] for name in ("face", "teeth", "gums_and_tongue", "mouth_socket", "eyeball_left", "eyeball_right",
                            "eye_socket_left", "eye_socket_right", "eyelashes")
)  # fmt: skip
