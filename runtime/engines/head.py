"""The `head` engine: the portrait's textures on its fitted 3D head, drawn with OpenGL.

Layers from back to front: background plate, the back of the hair, the sheet (hair, ears, neck and shoulders as a
relief that turns with the head and softly lets go below the chin), mouth, eyes, face. Any OpenGL 3.3
driver will do; Mesa's software driver on two cores is a first-class target.

    engine = HeadEngine(size=512)
    engine.set_avatar(load_avatar(Path("avatars/me")))
    pixels = engine.render(motion)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import moderngl
import numpy as np
from numpy.typing import NDArray

from runtime.avatar import Avatar
from runtime.engines import head_shaders as glsl
from runtime.engines.gl_context import create_context
from runtime.errors import RenderError
from runtime.head.deform import FaceDeformer
from runtime.head.rig import HeadRig, load_rig
from runtime.head.textures import load_picture
from runtime.motion import Motion

BODY_SHARE: Final = 0.45  # how much of a shift of the head the body takes with it


@dataclass(slots=True)
class _Mesh:
    """Buffers of one mesh; `moving` is rewritten every frame, the rest is fixed."""

    array: Any
    moving: Any = None


class HeadEngine:
    """RendererEngine for avatars made from a portrait. See `runtime.engines.engine` for the contract."""

    name = "head"

    def __init__(self, size: int = 512) -> None:
        self._size = size
        self._gl = create_context()
        self.provider = str(self._gl.info["GL_RENDERER"])
        gl = self._gl
        self._textured = gl.program(glsl.TEXTURED_VERTEX, glsl.TEXTURED_FRAGMENT)
        self._shaded = gl.program(glsl.SHADED_VERTEX, glsl.SHADED_FRAGMENT)
        self._eye = gl.program(glsl.EYE_VERTEX, glsl.EYE_FRAGMENT)
        self._finish = gl.program(glsl.SCREEN_VERTEX, glsl.FINISH_FRAGMENT)
        self._moved = (self._textured, self._shaded, self._eye)
        self._drawn = gl.texture((size, size), 4)
        self._drawn.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self._drawn.repeat_x = self._drawn.repeat_y = False
        self._target = gl.framebuffer([self._drawn], gl.depth_renderbuffer((size, size)))
        self._finished = gl.framebuffer([gl.renderbuffer((size, size), 4)])
        corners = np.array([-1, -1, 3, -1, -1, 3], np.float32)
        self._screen = gl.vertex_array(self._finish, [(gl.buffer(corners.tobytes()), "2f", "corner")])
        self._rows = np.zeros((size, size, 4), np.uint8)  # as OpenGL gives them: bottom row first
        self._pixels = np.zeros((size, size, 4), np.uint8)
        self._loaded: list[Any] = []  # what set_avatar made, to be released with the next one
        self._rig: HeadRig | None = None
        self._closed = False

    # -- expensive once ----------------------------------------------------------------------------

    def set_avatar(self, avatar: Avatar) -> None:
        """Load an avatar's rig and textures into the driver.

        Raises:
            AvatarError: a file of it is damaged; the avatar before it stays loaded.
        """
        rig = load_rig(avatar)
        pictures = {
            role: load_picture(avatar, role, self._texture_side(role, rig))
            for role in ("face", "sheet", "back", "sclera_left", "sclera_right", "iris_left", "iris_right")
        }
        plate = load_picture(avatar, "plate", None) if avatar.background != "transparent" else None
        for resource in self._loaded:
            resource.release()
        self._loaded.clear()
        self._rig = rig
        self._deformer = FaceDeformer(rig)
        self._textures = {role: self._texture(picture) for role, picture in pictures.items()}
        self._plate = self._plate_target(rig, plate) if plate is not None else None
        self._sheet = self._sheet_mesh(rig.sheet)
        self._back = self._sheet_mesh(rig.back)
        self._face = self._face_mesh(rig)
        self._mouth = self._mouth_mesh(rig)
        self._eyes = tuple(self._eye_mesh(rig, side) for side in (0, 1))
        projection = rig.camera.projection()
        self._projection = projection
        to_rest = np.eye(4, dtype=np.float32)
        to_rest[:3, :3] = rig.camera.rotation
        to_rest[:3, 3] = rig.camera.translation
        self._to_rest = to_rest.T.tobytes()
        self._identity = np.eye(4, dtype=np.float32).tobytes()
        for program in self._moved:
            program["pivot"].write(rig.camera.pivot_rest.tobytes())
            program["body_share"].value = BODY_SHARE
        self._shaded["to_rest"].write(self._to_rest)
        self._eye["to_rest"].write(self._to_rest)
        self._eye["sclera"].value = 0
        self._eye["iris"].value = 1

    def _texture_side(self, role: str, rig: HeadRig) -> int | None:
        """Textures near the size they are drawn at: cheaper to sample, and no shimmer without mip maps."""
        if role in ("sheet", "back"):
            return int(self._size * 1.25) if self._size < 1024 else None
        if role == "face":
            return min(1024, 2 * self._size)
        return None

    def _texture(self, picture: NDArray[np.uint8]) -> Any:
        texture = self._gl.texture(picture.shape[1::-1], 4, np.ascontiguousarray(picture[::-1]).tobytes())
        texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
        texture.repeat_x = texture.repeat_y = False
        self._loaded.append(texture)
        return texture

    def _buffer(self, values: NDArray[Any]) -> Any:
        buffer = self._gl.buffer(np.ascontiguousarray(values).tobytes())
        self._loaded.append(buffer)
        return buffer

    def _array(self, program: Any, content: list[tuple[Any, ...]], triangles: NDArray[np.int32]) -> Any:
        array = self._gl.vertex_array(program, content, self._buffer(triangles.astype(np.int32)))
        self._loaded.append(array)
        return array
